import { randomFillSync, randomInt } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

const BYTES = 16;
const pool = new Uint8Array(256 * BYTES);
let next = pool.length;
let sequence = randomInt(2 ** 31);

/** A time-ordered id; those of one process also stand in the order in which they were made. Randomness is drawn for many at once, because the call costs more than the id. */
export function newId(): string {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const random = pool.subarray(next, (next += BYTES));
  sequence = (sequence + 1) >>> 0;
  return uuidv7({ random, seq: sequence });
}
