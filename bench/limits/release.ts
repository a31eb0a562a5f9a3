import type pg from 'pg';

/**
 * The shortest SQL that releases holds in batches and leaves behind what the product does: the bonus paid, the transfer that moves its amount (balances follow by
 * the ledger's own trigger), and the event for the other rooms.
 */
const RELEASE = `
  create schema if not exists bench;
  create or replace function bench.release_holds(in_limit int) returns int language sql as $$
    with due as materialized (
      select b.id from rewards.bonus b where b.hold_until is not null and b.hold_until <= common.now() and b.status = 'held' order by b.hold_until limit in_limit
      for no key update skip locked),
    released as (
      update rewards.bonus b set status = 'paid', hold_reason = null, hold_until = null, held = 0, was_paid = true, sequence = b.sequence + 1,
        released_at = common.now(), ledger_entry_ids = b.ledger_entry_ids || rewards.uuid_v7()
      where b.id = any(array(select id from due))
      returning b.id, b.referral_id, b.user_id, b.party, b.event, b.app_id, b.unit, b.payment_id, b.amount, b.sequence, b.ledger_entry_ids[cardinality(b.ledger_entry_ids)] as entry),
    news as materialized (select rewards.uuid_v7() as event_id, r.* from released r),
    moved as (
      insert into rewards.transfer (id, debit_account, credit_account, unit, amount, reason, bonus_id, created_at)
      select n.entry, h.id, a.id, n.unit, n.amount, 'release', n.id, common.now()
      from news n
        join rewards.account h on h.user_id = n.user_id and h.unit = n.unit and h.kind = 'held'
        join rewards.account a on a.user_id = n.user_id and a.unit = n.unit and a.kind = 'available'),
    told as (
      insert into rewards.outbox (id, type, aggregate_id, body)
      select n.event_id, 'bonus.released', n.id::text, json_build_object('id', n.event_id, 'type', 'bonus.released', 'occurredAt', common.now(), 'version', 1,
        'aggregateId', n.id, 'sequence', n.sequence, 'data', json_build_object('bonusId', n.id, 'referralId', n.referral_id, 'userId', n.user_id, 'party', n.party,
          'event', n.event, 'appId', n.app_id, 'unit', n.unit, 'paymentId', n.payment_id, 'amount', n.amount))
      from news n),
    unsent as (insert into rewards.outbox_unsent (id) select event_id from news)
    select count(*)::int from news
  $$`;

export const prepareRelease = (owner: pg.Pool): Promise<unknown> => owner.query(RELEASE);

/** @returns when nothing is due any more */
export async function releaseAll(owner: pg.Pool, batch: number): Promise<void> {
  for (let released = -1; released !== 0;) {
    const { rows } = await owner.query<{ n: number }>('select bench.release_holds($1) as n', [batch]);
    released = rows[0]!.n;
  }
}
