import { describe, expect, it } from '@jest/globals';
import { claimAt, withClaim } from './claim-limit.js';
import { DAY, shift } from './time.js';

const NOW = new Date('2026-01-10T00:00:00.000Z');
const ago = (hours: number): Date => shift(NOW, -hours * 3_600_000);

describe('a claim', () => {
  it.each([
    ['while there is room', [ago(3)], NOW],
    ['when the blocking one left the window this instant', [ago(24), ago(3)], NOW],
    ['when the window is full', [ago(5), ago(3)], ago(-19)],
    ['behind others that wait', [ago(5), ago(3), ago(-19), ago(-21)], shift(ago(-19), DAY)],
  ])('takes its place %s', (_, claims, expected) => {
    expect(claimAt(claims, NOW, 2)).toEqual(expected);
  });

  it('never over-fills any 24 h, and remembers no more than it needs', () => {
    let claims: Date[] = [];
    const places: Date[] = [];
    for (let i = 0; i < 10; i += 1) {
      const now = shift(NOW, i * 1_000);
      const at = claimAt(claims, now, 3);
      places.push(at);
      claims = withClaim(claims, at, now, 3);
    }
    expect(claims).toHaveLength(3);
    for (const place of places) expect(places.filter((other) => other > shift(place, -DAY) && other <= place).length).toBeLessThanOrEqual(3);
    expect(withClaim([ago(30)], NOW, NOW, 3)).toEqual([NOW]);
  });
});
