import { expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { backPressure } from './back-pressure.js';

/** The short run; the long one is `npm run back-pressure`. */
it('goes on without rewards for a while, refuses what only rewards can do, grows by nothing that waits, and catches up', async () => {
  const seed = randomInt(1, 2 ** 31);
  const { registrations, backlog, differences } = await backPressure({ seed, seconds: 8, perSecond: 40, insisting: 8 });
  expect({ seed, differences }).toEqual({ seed, differences: [] });
  expect(registrations).toBeGreaterThan(300);
  expect(backlog).toBeGreaterThan(100);
}, 120_000);
