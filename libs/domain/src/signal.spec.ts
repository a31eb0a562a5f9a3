import { describe, expect, it } from '@jest/globals';
import { carriedOver, firedSignals, seenWithin, type Sighting } from './signal.js';
import { DAY, SECOND, shift } from './time.js';

const AT = new Date('2026-06-15T12:00:00.000Z');
const ago = (milliseconds: number): Date => shift(AT, -milliseconds);
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

describe('signals', () => {
  const windows = { sameIpDays: 30, sameDeviceDays: 90 };
  const weights = {
    same_ip: 30, same_device: 50, disposable_email: 20, similar_email: 25, rapid_registration: 15, bulk_registrations: 40, vpn_proxy: 20,
    new_account_referrer: 15, instant_qualification: 35, minimal_activity: 25,
  };

  it.each([
    [0, 0, []],
    [30, 0, ['same_ip']],
    [31, 0, []],
    [0, 90, ['same_device']],
    [0, 91, []],
    [1, 31, ['same_ip', 'same_device']],
  ])('after an address seen %i and a device seen %i days ago (0: never)', (addressDays, deviceDays, names) => {
    const sightings = (days: number): Sighting[] => (days === 0 ? [] : [once(ago(days * DAY))]);
    const facts = { registeredAt: AT, addressSightings: sightings(addressDays), deviceSightings: sightings(deviceDays) };
    expect(firedSignals(facts, windows).map(({ signal }) => signal)).toEqual(names);
  });

  it('keep their first evidence and take the weights of the programme in force', () => {
    const [fired] = firedSignals({ registeredAt: AT, addressSightings: [once(AT)], deviceSightings: [] }, windows);
    const before = [{ signal: 'same_ip', weight: 10, evidence: 'first' }, { signal: 'pattern of an operator', weight: 7, evidence: null }];
    expect(carriedOver(before, [fired!], weights)).toEqual([
      { signal: 'same_ip', weight: 30, evidence: 'first' }, { signal: 'pattern of an operator', weight: 7, evidence: null },
    ]);
    expect(carriedOver([], [fired!], weights)).toEqual([{ signal: 'same_ip', weight: 30, evidence: fired!.evidence }]);
  });
});
