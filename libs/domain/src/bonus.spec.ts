import fc from 'fast-check';
import { grantKey, grantTrigger, stageBonuses, type GrantParts } from './bonus.js';

const bonuses = {
  registered: { referrer: 5, referee: 25 }, activated: { referrer: 10, referee: 0 }, qualified: { referrer: 25, referee: 0 },
  retained: { referrer: 15, referee: 0 }, cross_app: { referrer: 5, referee: 0 },
};

describe('stage bonuses', () => {
  it.each([
    ['registered', 10_000, 5, 25], ['registered', 15_000, 8, 25], ['registered', 30_000, 15, 25], ['activated', 15_000, 15, 0],
    ['qualified', 10_000, 25, 0], ['qualified', 15_000, 38, 0], ['qualified', 20_000, 50, 0], ['retained', 15_000, 23, 0], ['cross_app', 15_000, 8, 0],
  ] as const)('for %s at %d are %d and %d', (event, tierMultiplier, referrer, referee) => {
    const paid = stageBonuses(event, { tierMultiplier, bonuses });
    expect(paid.map(({ party, amount }) => [party, amount])).toEqual(referee ? [['referrer', referrer], ['referee', referee]] : [['referrer', referrer]]);
  });
  it('say how they were calculated', () => {
    expect(stageBonuses('registered', { tierMultiplier: 15_000, bonuses })).toEqual([
      { party: 'referrer', event: 'registered', unit: 'credits', base: 5, multiplier: 15_000, amount: 8 },
      { party: 'referee', event: 'registered', unit: 'credits', base: 25, multiplier: 10_000, amount: 25 },
    ]);
  });
});

describe('the grant key', () => {
  it('is readable', () => {
    expect(grantKey({ referralId: 'r1', family: 'stage', trigger: grantTrigger('qualified', 'pay_1'), party: 'referrer' })).toBe('r1|stage|qualified:pay_1|referrer|');
    expect(grantKey({ referralId: 'r1', family: 'stage', trigger: grantTrigger('cross_app'), party: 'referrer', appId: 'mail' })).toBe('r1|stage|cross_app|referrer|mail');
  });
  it.each([
    ['registered', 'p', 'registered'], ['activated', 'p', 'activated'], ['cross_app', 'p', 'cross_app'], ['qualified', 'p', 'qualified:p'],
    ['retained', 'p', 'retained:p'], ['access', 'p', 'access:p'], ['access', null, 'access:'], ['cashback', 'p', 'p'],
  ] as const)('has for %s with payment %s the trigger %s', (event, payment, trigger) => expect(grantTrigger(event, payment)).toBe(trigger));
  it('differs whenever any part does', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '|', '\\', ':'), maxLength: 4 });
    const parts: fc.Arbitrary<GrantParts> = fc.record({
      referralId: text, family: fc.constantFrom('stage' as const, 'cashback' as const), trigger: text, party: fc.constantFrom('referrer' as const, 'referee' as const), appId: text,
    });
    fc.assert(fc.property(parts, parts, (a, b) => expect(grantKey(a) === grantKey(b)).toBe(JSON.stringify(a) === JSON.stringify(b))), { numRuns: 3000 });
  });
});
