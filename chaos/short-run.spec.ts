import { expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { QUIET_WITHIN_SECONDS } from './report.js';
import { runChaos } from './run.js';

/** The short run; the long one is `npm run chaos`. A seed that fails is printed, and repeated with `--seed`. */
it('loses nothing and pays nothing twice while processes, servers, connections, deliveries and clocks are broken', async () => {
  const seed = randomInt(1, 2 ** 31);
  const result = await runChaos({ seed, faults: 30, requests: 900, minutes: 1.25 });
  expect({ seed, differences: result.differences }).toEqual({ seed, differences: [] });
  expect(result.faults.size).toBeGreaterThan(12); // kinds; how far a minute goes is the machine's to say
  expect(result.acknowledged).toBeGreaterThan(100);
  expect(result.quietAfterSeconds).toBeLessThan(QUIET_WITHIN_SECONDS);
}, 300_000);
