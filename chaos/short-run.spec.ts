import { expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { runChaos } from './run.js';

/** The short run; the long one is `npm run chaos`. A seed that fails is printed, and repeated with `--seed`. */
it('loses nothing and pays nothing twice while processes and servers are killed, paused and robbed of their store', async () => {
  const seed = randomInt(1, 2 ** 31);
  const result = await runChaos({ seed, seconds: 40 });
  expect({ seed, differences: result.differences }).toEqual({ seed, differences: [] });
  expect([...result.faults.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10);
  expect(result.acknowledged).toBeGreaterThan(100);
  expect(result.quietAfterSeconds).toBeLessThan(30);
}, 170_000);
