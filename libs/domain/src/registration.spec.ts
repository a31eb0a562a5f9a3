import fc from 'fast-check';
import { codeAlarm, decideRegistration, decideRegistrations, limitsOpenAfter, type RegistrationBatchFacts, type RegistrationFacts, type ResolvedCode } from './registration.js';

const now = new Date('2026-03-01T12:00:00Z');
const limits = { perReferrer: 20, perCode: 50, requireNewReferee: true };
const code: ResolvedCode = { codeId: 'c1', ownerId: 'anna', type: 'auto', isActive: true, expiresAt: null, maxUses: null, dailyLimit: null };
const none: RegistrationFacts = { existingReferrerId: null, closesCycle: false, hasPaidBefore: false, recentByReferrer: 0, recentByCode: 0, usesCount: 0 };
const noFacts: RegistrationBatchFacts = {
  referrals: new Map(), parentOf: () => undefined, paidBefore: new Set(), recentByReferrer: new Map(), recentByCode: new Map(), usesByCode: new Map(),
};

describe('one registration', () => {
  // Everything is wrong at once; each row mends the reason before it, so that the next one answers.
  const order: [string, Partial<ResolvedCode>, Partial<RegistrationFacts>][] = [
    ['self_referral', { ownerId: 'bert' }, {}],
    ['already_registered', {}, { existingReferrerId: 'anna' }],
    ['already_referred', {}, {}],
    ['inactive', {}, { existingReferrerId: null }],
    ['expired', { isActive: true }, {}],
    ['not_new', { expiresAt: null }, {}],
    ['referral_loop', {}, { hasPaidBefore: false }],
    ['rate_limited', {}, { closesCycle: false }],
    ['exhausted', {}, { recentByReferrer: 19, recentByCode: 49 }],
    ['registered', {}, { usesCount: 9 }],
  ];
  const worst: ResolvedCode = { ...code, isActive: false, expiresAt: now, maxUses: 10 };
  const worstFacts: RegistrationFacts = { existingReferrerId: 'carl', closesCycle: true, hasPaidBefore: true, recentByReferrer: 20, recentByCode: 50, usesCount: 10 };
  it.each(order.map(([outcome], index) => [outcome, index] as const))('is %s when that is the first reason that fits', (outcome, index) => {
    const mended = order.slice(2, index + 1).reduce<ResolvedCode>((c, [, change]) => ({ ...c, ...change }), worst);
    const facts = order.slice(2, index + 1).reduce<RegistrationFacts>((f, [, , change]) => ({ ...f, ...change }), worstFacts);
    const resolution = { code: { ...mended, ...order[index]![1] } };
    expect(decideRegistration({ refereeId: 'bert', resolution }, { ...facts, ...order[index]![2] }, limits, now)).toBe(outcome);
  });

  it.each(['invalid_format', 'invalid_token', 'not_found'] as const)('is %s before anything else', (problem) => {
    expect(decideRegistration({ refereeId: 'bert', resolution: { problem } }, none, limits, now)).toBe(problem);
  });

  it('takes referees who paid before unless the programme asks for new ones', () => {
    const paid = { ...none, hasPaidBefore: true };
    expect(decideRegistration({ refereeId: 'bert', resolution: { code } }, paid, { ...limits, requireNewReferee: false }, now)).toBe('registered');
  });

  it.each([
    ['the referrer has 20 of other codes', code, { recentByReferrer: 20 }, 'rate_limited'],
    ['the code has 50', code, { recentByCode: 50 }, 'rate_limited'],
    ['a campaign is beyond both', { ...code, type: 'campaign' as const }, { recentByReferrer: 20, recentByCode: 5000 }, 'registered'],
    ['a campaign reached its own limit', { ...code, type: 'campaign' as const, dailyLimit: 3 }, { recentByCode: 3 }, 'rate_limited'],
    ['a campaign is below it', { ...code, type: 'campaign' as const, dailyLimit: 3 }, { recentByCode: 2, recentByReferrer: 99 }, 'registered'],
  ])('with a daily count, when %s', (_, used, counts, outcome) => {
    expect(decideRegistration({ refereeId: 'bert', resolution: { code: used } }, { ...none, ...counts }, limits, now)).toBe(outcome);
  });
});

describe('a limit that is full', () => {
  const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
  it.each([
    ['filled just now', [now], 86_400],
    ['whose blocking registration is 23 hours old', [ago(23)], 3_600],
    ['that opens within a second', [new Date(now.getTime() - 86_400_000 + 1)], 1],
    ['beside another one: the later opening counts', [ago(23), ago(1)], 23 * 3_600],
    ['that opened meanwhile', [ago(25)], 1],
    ['of which nothing is known', [], 1],
  ])('%s', (_, blocking, seconds) => expect(limitsOpenAfter(blocking, now)).toBe(seconds));
});

describe('a batch of registrations', () => {
  const decide = (requests: [string, ResolvedCode][], facts: Partial<RegistrationBatchFacts> = {}) =>
    decideRegistrations(
      requests.map(([refereeId, c], i) => ({ referralId: `r${i}`, refereeId, resolution: { code: c } })), { ...noFacts, ...facts }, limits, now);

  it('sees in each request what the earlier ones did to the referee', () => {
    const second = { ...code, codeId: 'c2' };
    const other = { ...code, codeId: 'c3', ownerId: 'carl' };
    expect(decide([['bert', code], ['bert', second], ['bert', other]])).toEqual([
      { outcome: 'registered', referralId: 'r0' },
      { outcome: 'already_registered', referralId: 'r0' },
      { outcome: 'already_referred', referralId: null },
    ]);
  });

  it('names the referral that was there before', () => {
    const referrals = new Map([['bert', { referralId: 'old', referrerId: 'anna' }]]);
    expect(decide([['bert', code]], { referrals })).toEqual([{ outcome: 'already_registered', referralId: 'old' }]);
  });

  it('refuses a cycle that only the batch itself closes', () => {
    const of = (ownerId: string) => ({ ...code, codeId: ownerId, ownerId });
    expect(decide([['b', of('a')], ['c', of('b')], ['a', of('c')]]).map((d) => d.outcome)).toEqual(['registered', 'registered', 'referral_loop']);
    expect(decide([['a', of('c')]], { parentOf: (u) => ({ c: 'b', b: 'a' })[u] })).toEqual([{ outcome: 'referral_loop', referralId: null }]);
  });

  it('lets in exactly what is left of maxUses, and a refusal takes no place', () => {
    const few = { ...code, maxUses: 5 };
    const outcomes = decide([['anna', few], ...Array.from({ length: 9 }, (_, i) => [`u${i}`, few] as [string, ResolvedCode])], {
      usesByCode: new Map([['c1', 2]]),
    }).map((d) => d.outcome);
    expect(outcomes).toEqual(['self_referral', ...Array(3).fill('registered'), ...Array(6).fill('exhausted')]);
  });

  it('counts a referrer over all their codes but campaigns', () => {
    const own = { ...code, codeId: 'c2' };
    const campaign = { ...code, codeId: 'c3', type: 'campaign' as const };
    const recentByReferrer = new Map([['anna', 18]]);
    expect(decide([['a', campaign], ['b', code], ['c', own], ['d', own], ['e', campaign]], { recentByReferrer }).map((d) => d.outcome))
      .toEqual(['registered', 'registered', 'registered', 'rate_limited', 'registered']);
  });

  it('decides the same as one request at a time', () => {
    const request = fc.record({ refereeId: fc.constantFrom('a', 'b', 'c', 'd', 'e'), owner: fc.constantFrom('a', 'b', 'c'), maxUses: fc.constantFrom(1, 2, null) });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 15 }), (list) => {
        const requests = list.map((r, i) => ({
          referralId: `r${i}`, refereeId: r.refereeId, resolution: { code: { ...code, codeId: r.owner, ownerId: r.owner, maxUses: r.maxUses } },
        }));
        const referrals = new Map<string, { referralId: string; referrerId: string }>();
        const uses = new Map<string, number>();
        const single = requests.map((one) => {
          const parentOf = (u: string) => referrals.get(u)?.referrerId;
          const decision = decideRegistrations([one], { ...noFacts, referrals, parentOf, usesByCode: uses, recentByCode: uses, recentByReferrer: uses }, limits, now)[0]!;
          const { ownerId, codeId } = one.resolution.code;
          if (decision.outcome === 'registered') {
            referrals.set(one.refereeId, { referralId: one.referralId, referrerId: ownerId });
            uses.set(codeId, (uses.get(codeId) ?? 0) + 1);
          }
          return decision;
        });
        expect(decideRegistrations(requests, noFacts, limits, now)).toEqual(single);
      }),
    );
  });
});

describe('the alarm of a code', () => {
  it.each([[199, 2499, null], [200, 0, 'refusals'], [0, 2500, 'registrations']])('with %d refused and %d registered is %s', (refused, registered, alarm) => {
    expect(codeAlarm({ refused, registered }, { refused: 200, registered: 2500 })).toBe(alarm);
  });
});
