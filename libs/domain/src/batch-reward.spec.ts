import fc from 'fast-check';
import { batchReward, type BatchReferral } from './batch-reward.js';
import { DAY, shift } from './time.js';

const now = new Date('2026-03-31T00:00:00Z');
const ago = (days: number) => shift(now, -days * DAY);
const rules = {
  cooldownDays: 7, requireKnownIp: true, groupSize: 3, slotsPerGroup: 5,
  badges: [{ badge: 'verified_referrer', from: 3 }, { badge: 'elite_referrer', from: 10 }],
};
const freePlans = ['free', 'scout'];
const good = (n: number, more: Partial<BatchReferral> = {}): BatchReferral => ({
  referralId: `r${n}`, registeredAt: ago(20 - n / 100), account: { isActive: true, isVerified: true, since: ago(20) },
  subscription: { plan: 'pro', status: 'active', startedAt: ago(20), expiresAt: null }, ipGroup: `ip${n}`, isSharedIp: false, isRejected: false, ...more,
});
const many = (n: number) => Array.from({ length: n }, (_, i) => good(i));
const reward = (referrals: BatchReferral[], more: Partial<typeof rules> = {}) => batchReward(referrals, { ...rules, ...more }, freePlans, now);

describe('the batch reward', () => {
  it.each([[0, 0, null], [2, 0, null], [3, 5, 'verified_referrer'], [5, 5, 'verified_referrer'], [9, 15, 'verified_referrer'], [10, 15, 'elite_referrer'], [12, 20, 'elite_referrer']])(
    'for %d eligible referrals is %d slots and the badge %s', (count, slots, badge) => expect(reward(many(count))).toMatchObject({ eligible: count, slots, badge }));

  it.each([
    ['rejected', { isRejected: true }], ['of an unknown account', { account: null }],
    ['inactive', { account: { isActive: false, isVerified: true, since: ago(20) } }], ['unverified', { account: { isActive: true, isVerified: false, since: ago(20) } }],
    ['without a subscription', { subscription: null }], ['on a free plan', { subscription: { ...good(0).subscription!, plan: 'scout' } }],
    ['on trial', { subscription: { ...good(0).subscription!, status: 'trialing' } }], ['expired', { subscription: { ...good(0).subscription!, expiresAt: now } }],
  ] as [string, Partial<BatchReferral>][])('does not take a referee who is %s as a candidate', (_, more) => {
    expect(reward([good(0, more)])).toMatchObject({ referredTotal: 1, candidates: 0, eligible: 0 });
  });

  const young = { account: { isActive: true, isVerified: true, since: ago(6.9) } };
  it.each([
    ['a young account', { ...young, ipGroup: null, isSharedIp: true }, 'cooldown'],
    ['a young subscription', { subscription: { ...good(0).subscription!, startedAt: ago(6.9) } }, 'cooldown'],
    ['an unknown address', { ipGroup: null, isSharedIp: true }, 'missingIp'],
    ['an address of the referrer', { ipGroup: 'ip0', isSharedIp: true }, 'sharedIp'],
    ['the address of an earlier one', { ipGroup: 'ip0' }, 'duplicateIp'],
  ] as [string, Partial<BatchReferral>, string][])('disqualifies %s by the first rule that fails: %j is %s', (_, more, reason) => {
    const disqualified = { cooldown: 0, missingIp: 0, sharedIp: 0, duplicateIp: 0, [reason]: 1 };
    expect(reward([good(1, more), good(0)])).toMatchObject({ candidates: 2, eligible: 1, disqualified });
  });

  it('is eligible at exactly seven days', () => {
    const account = { isActive: true, isVerified: true, since: ago(7) };
    expect(reward([good(0, { account, subscription: { ...good(0).subscription!, startedAt: ago(7) } })]).eligible).toBe(1);
  });
  it('counts the address only of an earlier one who is eligible', () => {
    expect(reward([good(0, young), good(1, { ipGroup: 'ip0' })])).toMatchObject({ eligible: 1, disqualified: { cooldown: 1, duplicateIp: 0 } });
  });
  it('takes unknown addresses when the rule is off', () => {
    expect(reward([good(0, { ipGroup: null }), good(1, { ipGroup: null })], { requireKnownIp: false }).eligible).toBe(2);
  });

  it('does not depend on the order of the referrals', () => {
    const referral = fc.tuple(fc.nat(3), fc.boolean(), fc.boolean()).map(([ip, shared, fresh]) => ({ ipGroup: ip ? `ip${ip}` : null, isSharedIp: shared, ...(fresh ? young : {}) }));
    const pair = fc.array(referral, { maxLength: 12 }).map((list) => list.map((more, i) => good(i, more))).chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(fc.property(pair, ([list, shuffled]) => expect(reward(shuffled)).toEqual(reward(list))));
  });
});
