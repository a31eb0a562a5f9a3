import { cashbackAfterReturns, cashbackLevel, cashbackOf } from './cashback.js';
import { tierOf } from './tier.js';

const tiers = [
  { tier: 'bronze', from: 0, multiplier: 10_000 }, { tier: 'silver', from: 5, multiplier: 15_000 },
  { tier: 'gold', from: 15, multiplier: 20_000 }, { tier: 'platinum', from: 30, multiplier: 30_000 },
];
const levels = [{ from: 0, rate: 1_000 }, { from: 25, rate: 2_500 }, { from: 50, rate: 4_500 }];

describe('tiers', () => {
  it.each([
    [0, 'bronze', 10_000, 'silver', 5, 0], [4, 'bronze', 10_000, 'silver', 5, 80], [5, 'silver', 15_000, 'gold', 15, 0],
    [14, 'silver', 15_000, 'gold', 15, 90], [15, 'gold', 20_000, 'platinum', 30, 0], [29, 'gold', 20_000, 'platinum', 30, 93],
    [30, 'platinum', 30_000, null, null, 100], [5000, 'platinum', 30_000, null, null, 100],
  ])('%d qualified referrals are %s', (count, tier, multiplier, nextTier, nextTierAt, progress) => {
    expect(tierOf(count, tiers)).toEqual({ tier, multiplier, nextTier, nextTierAt, progress });
  });
  it('must begin at 0', () => expect(() => tierOf(3, tiers.slice(1))).toThrow(RangeError));
});

describe('cashback', () => {
  it.each([[0, 1, 1_000, 25, 25], [24, 1, 1_000, 25, 1], [25, 2, 2_500, 50, 25], [49, 2, 2_500, 50, 1], [50, 3, 4_500, null, null], [999, 3, 4_500, null, null]])(
    'with %d paying referees is of level %d', (paid, level, rate, nextLevelAt, missing) => {
      expect(cashbackLevel(paid, levels)).toEqual({ level, rate, nextLevelAt, missing });
    });
  it('is rounded down to the minor unit', () => expect([cashbackOf(999, 1_000), cashbackOf(9, 1_000)]).toEqual([99, 0]));
  it.each([[999, 0, 99], [999, 9, 99], [999, 10, 98], [999, 998, 0], [999, 999, 0], [999, 5000, 0]])(
    'of %d with %d returned is %d', (amount, returned, rest) => expect(cashbackAfterReturns(amount, returned, 1_000)).toBe(rest));
});
