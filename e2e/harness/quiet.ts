import type pg from 'pg';
import { ROOMS, SUBSCRIPTIONS } from '@referrals/contracts';
import { eventually } from './client.js';

const UNSENT = ROOMS.map((room) => `select id from ${room}.outbox_unsent`).join(' union all ');
const LACKING = Object.entries(SUBSCRIPTIONS).filter(([, kinds]) => kinds.length > 0).flatMap(([consumer, kinds]) => ROOMS.map((producer) =>
  `select o.id from ${producer}.outbox o where o.type = any('{${kinds.map(({ type }) => type).join(',')}}') and not exists (select from ${consumer}.inbox i where i.event_id = o.id)`));

/** Until every event has reached everybody who listens, and nothing waits for anything. */
export const untilQuiet = (owner: pg.Pool, withinMs = 30_000): Promise<void> => eventually(async () => {
  const { rows } = await owner.query<{ n: number }>(
    `select (select count(*) from (${UNSENT}) u)::int + (select count(*) from (${LACKING.join(' union all ')}) l)::int
       + (select count(*) from rewards.bonus where status = 'pending')::int as n`);
  if (rows[0]!.n > 0) throw new Error(`${rows[0]!.n} are still on their way`);
}, withinMs);
