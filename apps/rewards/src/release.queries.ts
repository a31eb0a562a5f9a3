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
      ledger_entry_ids = b.ledger_entry_ids || entry.id
    from (select id as bonus_id, uuid_v7() as id, uuid_v7() as event_id from due) as entry
    where b.id = entry.bonus_id and b.status = 'held' returning b.*, entry.id as entry_id, entry.event_id),
  moved as (
    insert into transfer (id, debit_account, credit_account, unit, amount, reason, bonus_id, created_at)
    select r.entry_id, h.id, a.id, r.unit, r.amount, 'release', r.id, r.released_at
    from released r
    join account h on h.user_id = r.user_id and h.unit = r.unit and h.kind = 'held'
    join account a on a.user_id = r.user_id and a.unit = r.unit and a.kind = 'available'
    where r.amount > 0),
  told as (
    insert into outbox (id, type, aggregate_id, body)
    select r.event_id, $2, r.id::text, json_build_object('id', r.event_id, 'type', $2::text,
      'occurredAt', to_char(r.released_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'version', $3::int,
      'aggregateId', r.id, 'sequence', r.sequence, 'data', json_build_object('bonusId', r.id, 'referralId', r.referral_id,
        'userId', r.user_id, 'party', r.party, 'event', r.event, 'appId', r.app_id, 'unit', r.unit, 'amount', r.amount))
    from released r
    returning id),
  unsent as (insert into outbox_unsent (id) select id from told)
  select count(*) as count from released`;

export async function releaseDue(tx: Transaction, limit: number): Promise<number> {
  const { type, version } = events.bonusReleased;
  const [row] = await tx.rows<{ count: number }>(RELEASE, [limit, type, version]);
  return row!.count;
}
