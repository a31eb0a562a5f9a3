import { plumbing, ROOMS } from '@referrals/contracts';
import type { Gateway } from '../gateway.js';
import { within } from '../http/within.js';

const WAIT_MS = 1_000;

/** By name: each room, the gateway's database, and whether contexts can be sealed. */
export type Checks = Record<string, 'ok' | 'unavailable'>;

/** Asks everybody at once; who has not answered within a second is unavailable. */
export async function readiness({ bus, db, sealing }: Gateway): Promise<Checks> {
  const asked: [string, Promise<unknown>][] = ROOMS.map((room) => [room, bus.request(plumbing(room).health, {}, { timeoutMs: WAIT_MS })]);
  asked.push(['database', within(WAIT_MS, db.rows('select 1'))], ['sealing', within(WAIT_MS, sealing.ready())]);
  const settled = await Promise.allSettled(asked.map(([, answer]) => answer));
  return Object.fromEntries(asked.map(([name], index) => [name, settled[index]!.status === 'fulfilled' ? 'ok' : 'unavailable']));
}

export const isReady = (checks: Checks): checks is Record<string, 'ok'> => Object.values(checks).every((check) => check === 'ok');
