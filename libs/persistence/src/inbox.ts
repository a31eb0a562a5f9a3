import type { Transaction } from './transaction.js';

/** Remembers the events of a batch, in the transaction of their effects. @returns the ids never seen before */
export async function receive(tx: Transaction, eventIds: string[]): Promise<Set<string>> {
  const fresh = await tx.rows<{ eventId: string }>(
    `insert into inbox (event_id) select distinct unnest($1::uuid[]) order by 1
     on conflict do nothing returning event_id as "eventId"`,
    [eventIds],
  );
  return new Set(fresh.map((row) => row.eventId));
}

/** Puts a message aside that fails again and again: it blocks nobody, and nobody loses it. */
export async function bury(tx: Transaction, letter: { eventId: string; type: string; body: string; error: string; attempts: number }): Promise<void> {
  const fresh = await receive(tx, [letter.eventId]);
  if (fresh.size === 0) return;
  await tx.rows(
    `insert into dead_letter (event_id, type, body, error, attempts, created_at) values ($1, $2, $3, $4, $5, common.now())
     on conflict (event_id) do update set error = excluded.error, attempts = dead_letter.attempts + excluded.attempts, redriven_at = null`,
    [letter.eventId, letter.type, letter.body, letter.error, letter.attempts],
  );
}
