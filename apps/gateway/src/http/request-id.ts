import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

const BYTES = 16;
const pool = new Uint8Array(256 * BYTES);
let next = pool.length;

/** A UUIDv7. Randomness is fetched for 256 of them at once: one system call per request is worth saving here. */
export function newRequestId(): string {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  return uuidv7({ random: pool.subarray(next, (next += BYTES)) });
}
