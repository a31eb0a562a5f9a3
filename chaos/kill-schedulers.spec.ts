import { expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { killSchedulers } from './kill-schedulers.js';

/** The short run; the long one is `npm run kill-schedulers`. */
it('releases each hold and runs each interval once though one of two schedulers is killed again and again in the middle of it', async () => {
  const seed = randomInt(1, 2 ** 31);
  const { kills, takenOver, differences } = await killSchedulers({ seed, kills: 5, holds: 42_000 });
  expect({ seed, kills, differences }).toEqual({ seed, kills: 5, differences: [] });
  expect(takenOver).toBeGreaterThanOrEqual(5);
}, 300_000);
