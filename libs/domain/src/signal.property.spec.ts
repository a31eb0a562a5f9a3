import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scoreOf, SIGNALS, type Signal, type Weights } from './score.js';
import { firedSignals, weighedSignals, type MatchedPattern, type ScoringFacts, type WeighedSignal } from './signal.js';
import { DAY, HOUR, shift } from './time.js';

const AT = new Date('2026-06-15T12:00:00.000Z');
const rules = {
  sameIpDays: 30, sameDeviceDays: 90, rapidRegistrationSeconds: 30, bulkRegistrations: { count: 5, minutes: 60 }, newAccountDays: 7, instantQualificationHours: 24,
};
/** Together at most 100, so that the cap hides nothing. */
const weights = fc.record(Object.fromEntries(SIGNALS.map((signal) => [signal, fc.integer({ min: 1, max: 10 })]))) as fc.Arbitrary<Weights>;

const around = (before: number, later: number) => fc.integer({ min: -before, max: later }).map((milliseconds) => shift(AT, milliseconds));
const sightings = fc.array(fc.tuple(around(120 * DAY, DAY), fc.integer({ min: 0, max: DAY })).map(([firstSeenAt, length]) => ({ firstSeenAt, lastSeenAt: shift(firstSeenAt, length) })), { maxLength: 3 });
const facts: fc.Arbitrary<ScoringFacts> = fc.record({
  registeredAt: fc.constant(AT), addressSightings: sightings, deviceSightings: sightings, othersAtAddress: fc.nat(900), isSharedNetwork: fc.boolean(),
  disposableDomains: fc.nat(2), mailboxMatch: fc.constantFrom('same', 'same_without_digits', null), firstLookUpAt: fc.option(around(60_000, 1_000)),
  recentRegistrations: fc.nat(9), addressType: fc.constantFrom('residential', 'mobile', 'business', 'datacenter', 'vpn', 'proxy', 'tor', null),
  referrerCreatedAt: fc.option(around(14 * DAY, 0)), qualifiedAt: fc.option(around(0, 48 * HOUR)), firstActivityAt: fc.option(around(0, 48 * HOUR)),
});

/** The same facts without what makes one signal fire. */
const WITHOUT: Record<Signal, (facts: ScoringFacts) => Partial<ScoringFacts>> = {
  same_ip: () => ({ addressSightings: [] }),
  same_device: () => ({ deviceSightings: [] }),
  disposable_email: () => ({ disposableDomains: 0 }),
  similar_email: () => ({ mailboxMatch: null }),
  rapid_registration: () => ({ firstLookUpAt: null }),
  bulk_registrations: () => ({ recentRegistrations: 4 }),
  vpn_proxy: () => ({ addressType: 'residential' }),
  new_account_referrer: () => ({ referrerCreatedAt: shift(AT, -7 * DAY) }),
  // both happen two days later: in the same order, and not within 24 hours
  instant_qualification: ({ qualifiedAt, firstActivityAt }) => ({ qualifiedAt: qualifiedAt && shift(qualifiedAt, 2 * DAY), firstActivityAt: firstActivityAt && shift(firstActivityAt, 2 * DAY) }),
  minimal_activity: () => ({ firstActivityAt: AT }),
};
const fired = (given: ScoringFacts): Signal[] => firedSignals(given, rules).map(({ signal }) => signal);

describe('a score', () => {
  it.each(SIGNALS)('is lower by exactly the weight of %s when its cause is taken away, and by nothing when it had not fired', (signal) => {
    fc.assert(fc.property(facts, weights, (given, weighed) => {
      const [before, after] = [fired(given), fired({ ...given, ...WITHOUT[signal](given) })];
      expect(after).toEqual(before.filter((name) => name !== signal));
      expect(scoreOf(before, weighed) - scoreOf(after, weighed)).toBe(before.includes(signal) ? weighed[signal] : 0);
    }), { numRuns: 400 });
  });

  it('is lower by exactly the impact of a pattern that is taken away when it is made again, whatever else counts', () => {
    const earlier = fc.uniqueArray(fc.record({ signal: fc.constantFrom(...SIGNALS), weight: fc.nat(10), evidence: fc.constant({}) }), { selector: ({ signal }) => signal }) as fc.Arbitrary<WeighedSignal[]>;
    const patterns = fc.uniqueArray(fc.record({
      id: fc.uuid(), patternType: fc.constant('ip_range'), severity: fc.constant('low'), scoreImpact: fc.integer({ min: 1, max: 3 }),
    }), { selector: ({ id }) => id, minLength: 1, maxLength: 4 }) as fc.Arbitrary<MatchedPattern[]>;
    fc.assert(fc.property(earlier, facts, weights, patterns, (before, given, weighed, matched) => {
      const again = (now: MatchedPattern[], last: WeighedSignal[]) =>
        weighedSignals(last, firedSignals(given, rules), now, { weights: weighed, isSharedNetwork: given.isSharedNetwork });
      const sum = (signals: WeighedSignal[]) => signals.reduce((total, { weight }) => total + weight, 0);
      const [gone, ...rest] = matched;
      const first = again(matched, before);
      expect(sum(first) - sum(again(rest, first))).toBe(gone!.scoreImpact);
    }), { numRuns: 400 });
  });
});
