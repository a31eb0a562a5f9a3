import { describe, expect, it } from '@jest/globals';
import { scoreOf, SIGNALS, type Signal } from './score.js';
import { firedSignals, isSameVerdict, seenWithin, weighedSignals, type ScoringFacts, type Sighting } from './signal.js';
import { DAY, HOUR, SECOND, shift } from './time.js';

const AT = new Date('2026-06-15T12:00:00.000Z');
const ago = (milliseconds: number): Date => shift(AT, -milliseconds);
const later = (milliseconds: number): Date => shift(AT, milliseconds);
const once = (instant: Date): Sighting => ({ firstSeenAt: instant, lastSeenAt: instant });

describe('a window of sightings', () => {
  it.each([
    ['at the instant itself', [once(AT)], true],
    ['a second later', [once(shift(AT, SECOND))], false],
    ['exactly 30 days before', [once(ago(30 * DAY))], true],
    ['30 days and a second before', [once(ago(30 * DAY + SECOND))], false],
    ['on a day that begins before the window and ends in it', [{ firstSeenAt: ago(30 * DAY + SECOND), lastSeenAt: ago(30 * DAY - SECOND) }], true],
    ['on the day itself, first before and last after', [{ firstSeenAt: ago(SECOND), lastSeenAt: shift(AT, SECOND) }], true],
    ['never', [], false],
  ])('with a sighting %s', (_name, sightings, seen) => {
    expect(seenWithin(sightings, AT, 30) !== null).toBe(seen);
  });

  it('tells the days, the first and the last sighting inside it, and nothing outside', () => {
    const sightings = [
      { firstSeenAt: ago(31 * DAY), lastSeenAt: ago(30 * DAY) },
      once(ago(3 * DAY)),
      { firstSeenAt: ago(SECOND), lastSeenAt: shift(AT, SECOND) },
    ];
    expect(seenWithin(sightings, AT, 30)).toEqual({
      daysSeen: 3, firstSeenAt: ago(30 * DAY).toISOString(), lastSeenAt: ago(SECOND).toISOString(), windowDays: 30,
    });
  });
});

const rules = {
  sameIpDays: 30, sameDeviceDays: 90, rapidRegistrationSeconds: 30, bulkRegistrations: { count: 5, minutes: 60 }, newAccountDays: 7, instantQualificationHours: 24,
};
const weights = {
  same_ip: 30, same_device: 50, disposable_email: 20, similar_email: 25, rapid_registration: 15, bulk_registrations: 40, vpn_proxy: 20,
  new_account_referrer: 15, instant_qualification: 35, minimal_activity: 25,
};
const clean: ScoringFacts = {
  registeredAt: AT, addressSightings: [], othersAtAddress: 0, isSharedNetwork: false, deviceSightings: [], disposableDomains: 0, mailboxMatch: null,
  firstLookUpAt: null, recentRegistrations: 1, addressType: null, referrerCreatedAt: null, qualifiedAt: null, firstActivityAt: null,
};
const names = (facts: Partial<ScoringFacts>): Signal[] => firedSignals({ ...clean, ...facts }, rules).map(({ signal }) => signal);

/** One cause for each signal, with nothing else against the referral. */
const CAUSES: Record<Signal, Partial<ScoringFacts>> = {
  same_ip: { addressSightings: [once(AT)] },
  same_device: { deviceSightings: [once(AT)] },
  disposable_email: { disposableDomains: 1 },
  similar_email: { mailboxMatch: 'same' },
  rapid_registration: { firstLookUpAt: ago(10 * SECOND) },
  bulk_registrations: { recentRegistrations: 5 },
  vpn_proxy: { addressType: 'vpn' },
  new_account_referrer: { referrerCreatedAt: ago(DAY) },
  instant_qualification: { qualifiedAt: later(HOUR), firstActivityAt: later(HOUR) },
  minimal_activity: { qualifiedAt: later(25 * HOUR) },
};

describe('signals', () => {
  it('are silent when nothing is known', () => {
    expect(names({})).toEqual([]);
  });

  it.each<[Signal, string, Partial<ScoringFacts>, boolean]>([
    ['same_ip', 'seen 30 days ago', { addressSightings: [once(ago(30 * DAY))] }, true],
    ['same_ip', 'seen 30 days and a second ago', { addressSightings: [once(ago(30 * DAY + SECOND))] }, false],
    ['same_ip', 'seen in a network marked as shared', { addressSightings: [once(AT)], isSharedNetwork: true }, false],
    ['same_ip', 'seen where five hundred others were', { addressSightings: [once(AT)], othersAtAddress: 500 }, true],
    ['same_device', 'seen 90 days ago', { deviceSightings: [once(ago(90 * DAY))] }, true],
    ['same_device', 'seen 90 days and a second ago', { deviceSightings: [once(ago(90 * DAY + SECOND))] }, false],
    ['disposable_email', 'no domain of the list', { disposableDomains: 0 }, false],
    ['disposable_email', 'a domain of the list', { disposableDomains: 1 }, true],
    ['similar_email', 'no match', { mailboxMatch: null }, false],
    ['similar_email', 'a match without digits', { mailboxMatch: 'same_without_digits' }, true],
    ['rapid_registration', 'after 0 s', { firstLookUpAt: AT }, true],
    ['rapid_registration', 'after 29 s', { firstLookUpAt: ago(29 * SECOND) }, true],
    ['rapid_registration', 'after 30 s', { firstLookUpAt: ago(30 * SECOND) }, true],
    ['rapid_registration', 'after 31 s', { firstLookUpAt: ago(31 * SECOND) }, false],
    ['rapid_registration', 'looked up afterwards', { firstLookUpAt: later(SECOND) }, false],
    ['rapid_registration', 'without a look-up', { firstLookUpAt: null }, false],
    ['bulk_registrations', 'the 4th', { recentRegistrations: 4 }, false],
    ['bulk_registrations', 'the 5th', { recentRegistrations: 5 }, true],
    ['bulk_registrations', 'a campaign’s', { recentRegistrations: 0 }, false],
    ['vpn_proxy', 'a home', { addressType: 'residential' }, false],
    ['vpn_proxy', 'a phone', { addressType: 'mobile' }, false],
    ['vpn_proxy', 'an office', { addressType: 'business' }, false],
    ['vpn_proxy', 'unknown', { addressType: null }, false],
    ['vpn_proxy', 'a datacenter', { addressType: 'datacenter' }, true],
    ['vpn_proxy', 'a proxy', { addressType: 'proxy' }, true],
    ['vpn_proxy', 'Tor', { addressType: 'tor' }, true],
    ['new_account_referrer', '7 days old', { referrerCreatedAt: ago(7 * DAY) }, false],
    ['new_account_referrer', 'a second younger', { referrerCreatedAt: ago(7 * DAY - SECOND) }, true],
    ['new_account_referrer', 'of unknown age', { referrerCreatedAt: null }, false],
    ['instant_qualification', '24 h less a second', { qualifiedAt: later(24 * HOUR - SECOND) }, true],
    ['instant_qualification', '24 h', { qualifiedAt: later(24 * HOUR) }, true],
    ['instant_qualification', '24 h and a second', { qualifiedAt: later(24 * HOUR + SECOND) }, false],
    ['minimal_activity', 'without activity', { qualifiedAt: later(DAY) }, true],
    ['minimal_activity', 'with activity at the payment', { qualifiedAt: later(DAY), firstActivityAt: later(DAY) }, false],
    ['minimal_activity', 'with activity only after the payment', { qualifiedAt: later(DAY), firstActivityAt: later(DAY + SECOND) }, true],
    ['minimal_activity', 'not qualified', { firstActivityAt: null }, false],
  ])('%s, %s', (signal, _name, facts, fires) => {
    expect(names(facts).includes(signal)).toBe(fires);
  });

  it.each(SIGNALS)('%s alone is fired by its own cause', (signal) => {
    expect(names(CAUSES[signal])).toEqual([signal]);
  });

  it.each(SIGNALS)('lose exactly the weight of %s with its cause', (without) => {
    // whatever is known of a payment belongs together: late, and without activity, it is one cause
    const all = SIGNALS.filter((signal) => signal !== 'instant_qualification');
    const scoreWith = (signals: readonly Signal[]) => {
      const facts = Object.assign({}, ...signals.map((signal) => CAUSES[signal])) as Partial<ScoringFacts>;
      return names(facts).reduce((sum, name) => sum + scoreOf([name], weights), 0);
    };
    const others = without === 'instant_qualification' ? all.filter((signal) => signal !== 'minimal_activity') : all.filter((signal) => signal !== without);
    expect(scoreWith([...others, without]) - scoreWith(others)).toBe(weights[without]);
  });

  it('tell in their evidence how many others share the address', () => {
    const [fired] = firedSignals({ ...clean, ...CAUSES.same_ip, othersAtAddress: 41 }, rules);
    expect(fired!.evidence).toEqual({ daysSeen: 1, firstSeenAt: AT.toISOString(), lastSeenAt: AT.toISOString(), windowDays: 30, othersAtAddress: 41 });
  });
});

describe('what counts against a referral', () => {
  const fired = firedSignals({ ...clean, ...CAUSES.same_ip }, rules);
  const pattern = { id: 'p', patternType: 'ip_range', severity: 'high', scoreImpact: 12 };
  const weigh = (before: { signal: string; weight: number; evidence: unknown }[], patterns = [pattern], isSharedNetwork = false) =>
    weighedSignals(before, fired, patterns, { weights, isSharedNetwork });

  it('keeps its first evidence and takes the weights of the programme in force', () => {
    expect(weigh([{ signal: 'same_ip', weight: 10, evidence: 'first' }], [])).toEqual([{ signal: 'same_ip', weight: 30, evidence: 'first' }]);
    expect(weigh([], [])).toEqual([{ signal: 'same_ip', weight: 30, evidence: fired[0]!.evidence }]);
  });

  it('has a pattern while it is switched on, with the impact that it has now', () => {
    const old = [{ signal: 'pattern:p', weight: 7, evidence: null }, { signal: 'pattern:gone', weight: 50, evidence: null }];
    expect(weigh(old).slice(1)).toEqual([{ signal: 'pattern:p', weight: 12, evidence: { patternType: 'ip_range', severity: 'high' } }]);
  });

  it('loses the address, and nothing else, in a network marked as shared', () => {
    const before = [{ signal: 'same_ip', weight: 30, evidence: 'first' }, { signal: 'same_device', weight: 50, evidence: 'first' }];
    const facts = { ...clean, ...CAUSES.same_ip, isSharedNetwork: true };
    expect(weighedSignals(before, firedSignals(facts, rules), [], { weights, isSharedNetwork: true }).map(({ signal }) => signal)).toEqual(['same_device']);
  });

  it('is news when a signal or a weight differs, not when evidence or order does', () => {
    const [a, b] = [{ signal: 'a', weight: 1, evidence: 1 }, { signal: 'b', weight: 2, evidence: 1 }];
    expect(isSameVerdict([a, b], [{ ...b, evidence: 2 }, a])).toBe(true);
    expect(isSameVerdict([a, b], [a])).toBe(false);
    expect(isSameVerdict([a], [{ ...a, weight: 2 }])).toBe(false);
  });
});
