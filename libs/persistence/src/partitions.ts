import { REAL_NOW } from './real-time.js';
import type { Transaction } from './transaction.js';

const KEEP = 'select keep_partitions($1, $2::date, $3::date) as changed';

/** Makes a table's partitions for the present month and the two after it, and gives away those that lie before a day. @returns how many changed */
export async function keepPartitions(tx: Transaction, table: string, today: Date, keptSince: Date): Promise<number> {
  const [row] = await tx.rows<{ changed: number }>(KEEP, [table, today.toISOString().slice(0, 10), keptSince.toISOString().slice(0, 10)]);
  return row!.changed;
}

/** The same for the room's event log, whose ids follow real time. */
export async function keepEventLog(tx: Transaction, months: number): Promise<{ processed: number; changed: number }> {
  const [row] = await tx.rows<{ changed: number }>(
    `select keep_partitions('outbox', today, (today - make_interval(months => $1))::date) as changed from (select (${REAL_NOW} at time zone 'utc')::date as today) t`, [months]);
  return { processed: row!.changed, changed: row!.changed };
}
