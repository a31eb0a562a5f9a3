import type pg from 'pg';
import type { Sent } from '../load/history.js';
import { checkModel } from './compare.js';
import { checkDelivery } from './delivery.js';
import type { Difference } from './difference.js';
import { checkHistory, checkReplays } from './heard.js';
import { checkInvariants } from './invariants.js';
import { worldOf } from './model.js';

/**
 * Compares everything that is stored with everything that was said. The system must be quiet, and the retention check have run.
 * @param furthest the latest instant that the clock ever showed
 */
export async function check(owner: pg.Pool, history: Sent[], furthest = new Date()): Promise<Difference[]> {
  const { heard, found } = await checkHistory(owner, history);
  const world = worldOf(heard, new Date(), furthest);
  return [
    ...found, ...checkReplays(history), ...(await checkInvariants(owner)), ...(await checkModel(owner, world)), ...(await checkDelivery(owner)),
  ];
}
