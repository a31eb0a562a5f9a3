import { events } from '@referrals/contracts';
import type { Transaction } from '@referrals/persistence';

/**
 * One statement: takes what is due and nobody else is releasing, pays it, and tells it. The time is judged here, in SQL.
 * What waits for a person or an assessment has no `hold_until`, so it is never found. Parameters: limit, event type, version.
 */
const RELEASE = `with
  due as (select id from bonus where hold_until is not null and hold_until <= common.now() order by hold_until limit $1 for no key update skip locked),
  released as (
    update bonus b set status = 'paid', hold_reason = null, hold_until = null, released_at = common.now(), sequence = b.sequence + 1,
      ledger_entry_ids = b.ledger_entry_ids || uuid_v7()
    where b.id = any(array(select id from due)) and b.status = 'held' returning b.*),
  moved as (
    insert into transfer (id, debit_account, credit_account, unit, amount, reason, bonus_id, created_at)
    select r.ledger_entry_ids[cardinality(r.ledger_entry_ids)],
      (select a.id from account a where a.user_id = r.user_id and a.unit = r.unit and a.kind = 'held'),
      (select a.id from account a where a.user_id = r.user_id and a.unit = r.unit and a.kind = 'available'),
      r.unit, r.amount, 'release', r.id, r.released_at
    from released r where r.amount > 0),
  news as materialized (select uuid_v7() as event_id, r.* from released r),
  told as (
    insert into outbox (id, type, aggregate_id, body)
    select n.event_id, $2, n.id::text, json_build_object('id', n.event_id, 'type', $2::text,
      'occurredAt', to_char(n.released_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'version', $3::int,
      'aggregateId', n.id, 'sequence', n.sequence, 'data', json_build_object('bonusId', n.id, 'referralId', n.referral_id,
        'userId', n.user_id, 'party', n.party, 'event', n.event, 'appId', n.app_id, 'unit', n.unit, 'amount', n.amount, 'paymentId', n.payment_id))
    from news n
    returning id),
  unsent as (insert into outbox_unsent (id) select id from told)
  select count(*) as count from released`;

export async function releaseDue(tx: Transaction, limit: number): Promise<number> {
  const { type, version } = events.bonusReleased;
  const [row] = await tx.rows<{ count: number }>(RELEASE, [limit, type, version]);
  return row!.count;
}
