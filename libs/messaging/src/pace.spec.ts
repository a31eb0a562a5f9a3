import { describe, expect, it } from '@jest/globals';
import { Pace } from './pace.js';

describe('a pace', () => {
  it('lets the first turn begin at once and the next ones so far apart as it says', async () => {
    const pace = new Pace(80);
    const from = performance.now();
    await pace.turn();
    expect(performance.now() - from).toBeLessThan(60);
    await pace.turn();
    expect(performance.now() - from).toBeGreaterThanOrEqual(79);
  });
});
