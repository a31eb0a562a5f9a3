import { expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { killRewards } from './kill-rewards.js';

/** The short run; the long one is `npm run kill-rewards`. */
it('applies each payment exactly once though rewards is killed again and again in the middle of them', async () => {
  const seed = randomInt(1, 2 ** 31);
  const result = await killRewards({ seed, kills: 10, payments: 200 });
  expect({ seed, differences: result.differences }).toEqual({ seed, differences: [] });
  expect(result.tries).toBeGreaterThanOrEqual(200);
}, 300_000);
