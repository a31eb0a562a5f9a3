import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pace } from './pace.js';

describe('a pace', () => {
  const timed = async (act: () => Promise<void>): Promise<number> => {
    const from = performance.now();
    await act();
    return performance.now() - from;
  };

  it('lets the first turn begin at once and the next ones so far apart as it says', async () => {
    const pace = new Pace({ everyMs: 80 });
    expect(await timed(() => pace.turn())).toBeLessThan(60);
    pace.done();
    expect(await timed(() => pace.turn())).toBeGreaterThan(60);
  });

  it('rests so many times as long as a turn took while the machine is busy', async () => {
    const pace = new Pace({ everyMs: 1, restTurns: 4, restMs: 1_000 }, () => 0);
    await pace.turn();
    await sleep(50);
    pace.done();
    expect(await timed(() => pace.turn())).toBeGreaterThan(150);
  });

  it('rests no longer than it says', async () => {
    const pace = new Pace({ everyMs: 1, restTurns: 1_000, restMs: 60 }, () => 0);
    await pace.turn();
    await sleep(20);
    pace.done();
    expect(await timed(() => pace.turn())).toBeLessThan(1_000);
  });

  it.each([
    ['while the machine has time to spare', 1, false],
    ['for what has waited long enough', 0, true],
  ])('does not rest %s', async (_when, idleShare, isUrgent) => {
    const pace = new Pace({ everyMs: 1, restTurns: 100, restMs: 10_000 }, () => idleShare);
    await pace.turn();
    await sleep(20);
    pace.done();
    expect(await timed(() => pace.turn(isUrgent))).toBeLessThan(1_000);
  });
});
