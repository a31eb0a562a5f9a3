import { events, type Input, type relationships, type Reply } from '@referrals/contracts';
import { retainedAt } from '@referrals/domain';
import { FIRST_ID, type Transaction } from '@referrals/persistence';
import { factsOf, type ReferralRow } from './referral-row.js';

type Request = Input<typeof relationships.checkRetention>;
type Step = Reply<typeof relationships.checkRetention>;

/**
 * Qualified referrals of the age, each with the two instants that decide: the last activity up to the first instant that
 * could count, and the first one after it. Payments are activity.
 */
const LOAD = `
  select to_json(r) as row, around.instants from (
    select * from referral where stage = 'qualified' and id > coalesce($3::uuid, '${FIRST_ID}')
      and registered_at + make_interval(days => $2) <= $4 and qualified_at <= $4
    order by id limit $1 for update) r
  cross join lateral (select greatest(r.registered_at + make_interval(days => $2), r.qualified_at) as "from") due
  cross join lateral (
    select array_remove(array[
      (select max(occurred_at) from activity a where a.user_id = r.referee_id and a.occurred_at <= due."from"),
      (select min(occurred_at) from activity a where a.user_id = r.referee_id and a.occurred_at > due."from"),
      (select max(occurred_at) from payment_fact p where p.user_id = r.referee_id and p.occurred_at <= due."from"),
      (select min(occurred_at) from payment_fact p where p.user_id = r.referee_id and p.occurred_at > due."from")], null) as instants) around
  order by r.id`;

const WRITE = `with row as (select * from json_to_recordset($2::json) as t(id uuid, retained_at timestamptz, sequence int))
  update referral r set stage = 'retained', retained_at = row.retained_at, sequence = row.sequence from row where r.id = row.id`;

/** One bounded step: finds who became retained, however late it runs, and tells when they did. */
export async function checkRetention(tx: Transaction, { limit, after }: Request): Promise<Step> {
  const { stages } = tx.programme;
  const found = await tx.rows<{ row: ReferralRow; instants: Date[] }>(LOAD, [limit, stages.retentionAfterDays, after ?? null, tx.now]);
  const retained = found.flatMap(({ row, instants }) => {
    const at = retainedAt({
      registeredAt: new Date(row.registered_at), qualifiedAt: new Date(row.qualified_at!), instants: instants.map((instant) => new Date(instant)),
      now: tx.now, rules: stages,
    });
    return at ? [{ row, at }] : [];
  });
  for (const { row, at } of retained) {
    const data = { ...factsOf(row), retainedAt: at.toISOString(), paymentId: (row.told_payment_id ?? row.qualifying_payment_id)! };
    tx.emit(events.referralRetained, { aggregateId: row.id, sequence: row.sequence + 1, occurredAt: at, data });
  }
  const rows = retained.map(({ row, at }) => ({ id: row.id, retained_at: at, sequence: row.sequence + 1 }));
  if (rows.length > 0) await tx.write(WRITE, [JSON.stringify(rows)]);
  return { processed: found.length, changed: rows.length, next: found.length === limit ? found.at(-1)!.row.id : null };
}
