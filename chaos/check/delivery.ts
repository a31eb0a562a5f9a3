import type pg from 'pg';
import { ROOMS, SUBSCRIPTIONS } from '@referrals/contracts';
import type { Difference } from './difference.js';

/** Every event is in every inbox that asked for it, and nothing waits or was put aside. */
export async function checkDelivery(owner: pg.Pool): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const room of ROOMS) {
    const unsent = await owner.query(`select id from ${room}.outbox_unsent limit 3`);
    if (unsent.rows.length > 0) found.push({ invariant: `${room}: nothing waits in the outbox`, detail: unsent.rows });
    const dead = await owner.query(`select type, error from ${room}.dead_letter limit 3`);
    if (dead.rows.length > 0) found.push({ invariant: `${room}: no dead letters`, detail: dead.rows });
  }
  for (const lacking of await missingEvents(owner)) found.push({ invariant: 'E5 every event is received', detail: lacking });
  return found;
}

interface Missing {
  producer: string;
  consumer: string;
  count: number;
}

async function missingEvents(owner: pg.Pool): Promise<Missing[]> {
  const missing: Missing[] = [];
  for (const [consumer, kinds] of Object.entries(SUBSCRIPTIONS)) {
    if (kinds.length === 0) continue;
    for (const producer of ROOMS) {
      const { rows } = await owner.query<{ count: number }>(
        `select count(*)::int as count from ${producer}.outbox o where o.type = any($1)
         and not exists (select from ${consumer}.inbox i where i.event_id = o.id)`, [kinds.map(({ type }) => type)]);
      if (rows[0]!.count > 0) missing.push({ producer, consumer, count: rows[0]!.count });
    }
  }
  return missing;
}

const WAITING = `${ROOMS.map((room) => `select exists (select from ${room}.outbox_unsent) as waits`).join(' union all ')}
  union all select exists (select from rewards.bonus where status = 'pending')`;

/** Nothing unsent, nothing undecided, nothing on its way: a drain that stops too early would report losses that are none. */
export async function isQuiet(owner: pg.Pool): Promise<boolean> {
  const { rows } = await owner.query<{ waits: boolean }>(WAITING);
  return rows.every(({ waits }) => !waits) && (await missingEvents(owner)).length === 0;
}
