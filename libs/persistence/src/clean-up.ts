import type { Transaction } from './transaction.js';

const FORGET_ANSWERS = `delete from idempotency where key in (
    select key from idempotency where created_at <= clock_timestamp() - interval '24 hours' limit $1) returning 1`;

/**
 * Ids of events begin with the time at which they were made, so the oldest are the first of the key. Two days longer than
 * the stream keeps events and they are republished: what is forgotten here cannot come again.
 */
const FORGET_RECEIPTS = `with edge as (
    select lpad(to_hex((extract(epoch from clock_timestamp() - interval '16 days') * 1000)::bigint), 12, '0') as hex)
  delete from inbox where event_id in (
    select event_id from inbox
    where event_id < (select (substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7000-8000-000000000000')::uuid from edge)
      and received_at <= clock_timestamp() - interval '16 days'
    order by event_id limit $1) returning 1`;

/** Forgets at most `limit` answers whose keys are free again, and as many receipts. Ages are of real time. */
export async function cleanUp(tx: Transaction, limit: number): Promise<{ processed: number; changed: number; more: boolean }> {
  const answers = (await tx.rows(FORGET_ANSWERS, [limit])).length;
  const receipts = (await tx.rows(FORGET_RECEIPTS, [limit])).length;
  return { processed: answers + receipts, changed: answers + receipts, more: answers === limit || receipts === limit };
}
