import type { Transaction } from './transaction.js';

/** What a room forgets after a time: a statement that deletes at most `$1` rows older than `$2` days, and returns one for each. */
export interface Forget {
  sql: string;
  days: number;
}

const FORGET_ANSWERS = `delete from idempotency where key in (
    select key from idempotency where created_at <= clock_timestamp() - interval '24 hours' limit $1) returning 1`;

/**
 * Ids of events begin with the time at which they were made, so the oldest are the first of the key. Two days longer than
 * the stream keeps events and they are republished: what is forgotten here cannot come again.
 */
const FORGET_RECEIPTS = `with edge as (
    select lpad(to_hex((extract(epoch from clock_timestamp() - make_interval(days => $2)) * 1000)::bigint), 12, '0') as hex)
  delete from inbox where event_id in (
    select event_id from inbox
    where event_id < (select (substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7000-8000-000000000000')::uuid from edge)
      and received_at <= clock_timestamp() - make_interval(days => $2)
    order by event_id limit $1) returning 1`;

/** Forgets at most `limit` answers whose keys are free again, as many receipts, and as many of each kind of the room's own. */
export async function cleanUp(tx: Transaction, limit: number, own: readonly Forget[] = []): Promise<{ processed: number; changed: number; more: boolean }> {
  const counts = [(await tx.rows(FORGET_ANSWERS, [limit])).length];
  for (const { sql, days } of [{ sql: FORGET_RECEIPTS, days: 16 }, ...own]) counts.push((await tx.rows(sql, [limit, days])).length);
  const gone = counts.reduce((sum, count) => sum + count, 0);
  return { processed: gone, changed: gone, more: counts.some((count) => count === limit) };
}
