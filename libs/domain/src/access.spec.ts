import fc from 'fast-check';
import { accessStatus, nextGrant, takeBack, takeBackAll, type AccessGrant } from './access.js';
import { isPaying, paidTransition, type Subscription } from './subscription.js';
import { DAY, shift } from './time.js';

const zero = new Date('2026-03-01T00:00:00Z');
const day = (n: number) => shift(zero, n * DAY);
const grant = (id: string, from: number, until: number): AccessGrant => ({ id, from: day(from), until: day(until) });
const plan = (status: Subscription['status'], more: Partial<Subscription> = {}): Subscription => ({ plan: 'pro', status, startedAt: zero, expiresAt: day(10), ...more });
const freePlans = ['free', 'scout'];

describe('granting days', () => {
  it.each([
    ['begins now without any', [], 5, grant('n', 5, 50)],
    ['begins now after a lapse', [grant('a', 0, 3)], 5, grant('n', 5, 50)],
    ['begins at the end of the last', [grant('b', 45, 90), grant('a', 0, 45)], 5, grant('n', 90, 135)],
  ])('%s', (_, grants, now, next) => expect(nextGrant(grants, { id: 'n', days: 45 }, day(now))).toEqual(next));
});

describe('taking days back', () => {
  const three = [grant('a', 0, 45), grant('b', 45, 90), grant('c', 90, 135)];
  it.each([
    ['cuts the running one now, and later ones move up', 'a', 10, [grant('a', 0, 10), grant('b', 10, 55), grant('c', 55, 100)], 35],
    ['cuts a future one at its start', 'b', 10, [grant('a', 0, 45), grant('b', 45, 45), grant('c', 45, 90)], 45],
    ['rounds the days taken down', 'a', 44.5, [grant('a', 0, 44.5), grant('b', 44.5, 89.5), grant('c', 89.5, 134.5)], 0],
    ['changes nothing when it is over', 'a', 45, three, 0],
    ['changes nothing when it is unknown', 'z', 10, three, 0],
  ])('%s', (_, id, now, grants, days) => expect(takeBack(three, id, day(now))).toEqual({ grants, days }));

  it('is done once: a second time takes nothing', () => {
    expect(takeBack(takeBack(three, 'b', day(10)).grants, 'b', day(11))).toMatchObject({ days: 0 });
  });

  it('ends all of them', () => {
    expect(takeBackAll([grant('x', -9, -1), ...three], day(50))).toEqual({
      grants: [grant('x', -9, -1), grant('a', 0, 45), grant('b', 45, 50), grant('c', 90, 90)],
      days: new Map([['x', 0], ['a', 0], ['b', 40], ['c', 45]]),
    });
  });

  it('leaves the others their whole length, without gaps or overlaps', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(9), fc.integer({ min: 0, max: 400 })), { maxLength: 20 });
    fc.assert(fc.property(steps, (list) => {
      let grants: AccessGrant[] = [];
      let now = 0;
      const hours = (id: string) => grants.filter((g) => g.id === id).map((g) => (g.until.getTime() - g.from.getTime()) / 3_600_000);
      list.forEach(([adds, which, wait], step) => {
        now += wait / 24;
        const others = grants.filter((_, i) => i !== which).map((g) => [g.id, hours(g.id)] as const);
        if (adds || !grants[which]) grants = [...grants, nextGrant(grants, { id: `g${step}`, days: 45 }, day(now))];
        else grants = takeBack(grants, grants[which].id, day(now)).grants;
        for (const [id, length] of others) expect(hours(id)).toEqual(length);
        grants.slice(1).forEach((g, i) => expect(g.from.getTime()).toBeGreaterThanOrEqual(grants[i]!.until.getTime()));
        const running = grants.filter((g) => g.until > day(now) && g.until > g.from);
        running.slice(1).forEach((g, i) => expect(g.from).toEqual(running[i]!.until));
      });
    }), { numRuns: 500 });
  });
});

describe('the status of access', () => {
  const status = (grants: AccessGrant[], subscription: Subscription | null, now = 5) => accessStatus({ grants, subscription, freePlans, now: day(now) });
  it.each([
    ['none', [], null, { active: false, source: 'none', expiresAt: null, daysRemaining: 0 }],
    ['credit, days rounded up', [grant('a', 0, 45.2)], null, { active: true, source: 'credit', expiresAt: day(45.2), daysRemaining: 41 }],
    ['credit over several grants', [grant('a', 0, 45), grant('b', 45, 90)], null, { active: true, source: 'credit', expiresAt: day(90), daysRemaining: 85 }],
    ['over at the end itself', [grant('a', 0, 5)], null, { active: false, source: 'none', expiresAt: null, daysRemaining: 0 }],
    ['subscription before credit, the later end', [grant('a', 0, 45)], plan('active'), { active: true, source: 'subscription', expiresAt: day(45), daysRemaining: 40 }],
    ['subscription past due', [], plan('past_due'), { active: true, source: 'subscription', expiresAt: day(10), daysRemaining: 0 }],
    ['subscription without an end', [grant('a', 0, 45)], plan('active', { expiresAt: null }), { active: true, source: 'subscription', expiresAt: null, daysRemaining: 40 }],
    ['an expired one', [], plan('active', { expiresAt: day(5) }), { active: false, source: 'none', expiresAt: null, daysRemaining: 0 }],
    ['a canceled one', [grant('a', 0, 6)], plan('canceled'), { active: true, source: 'credit', expiresAt: day(6), daysRemaining: 1 }],
    ['a free plan', [], plan('active', { plan: 'free' }), { active: false, source: 'none', expiresAt: null, daysRemaining: 0 }],
    ['a trial', [], plan('trialing'), { active: true, source: 'subscription', expiresAt: day(10), daysRemaining: 0 }],
  ] as const)('%s', (_, grants, subscription, expected) => expect(status([...grants], subscription)).toEqual(expected));

  it.each([['active', 'pro', true], ['past_due', 'pro', true], ['trialing', 'pro', false], ['unpaid', 'pro', false], ['active', 'scout', false], ['active', null, true]] as const)(
    'of a subscription %s on plan %s is paying: %s', (state, name, paying) => expect(isPaying(plan(state, { plan: name }), freePlans, day(1))).toBe(paying));
});

describe('the first paid transition', () => {
  const payment = (id: string, at: number, kind: 'topup' | 'purchase' | 'renewal' = 'purchase', revoked = false) =>
    ({ id, kind, occurredAt: day(at), status: 'settled' as const, revoked });
  it.each([
    ['is none for a top-up', [payment('t', 1, 'topup')], [], null],
    ['is the first purchase or renewal', [payment('b', 4), payment('a', 3, 'renewal'), payment('t', 1, 'topup')], [], { at: day(3), source: 'payment', paymentId: 'a' }],
    ['is a subscription without a payment', [], [2, 1], { at: day(1), source: 'subscription', paymentId: null }],
    ['is a subscription that came first, with its first payment', [payment('a', 3)], [2], { at: day(2), source: 'subscription', paymentId: 'a' }],
    ['is the payment at the same instant', [payment('a', 2)], [2], { at: day(2), source: 'payment', paymentId: 'a' }],
    ['is none for what came before the registration', [payment('a', -1)], [-2], null],
    ['is the next payment after a revocation, not the old subscription', [payment('a', 3, 'purchase', true), payment('b', 5)], [2], { at: day(5), source: 'payment', paymentId: 'b' }],
    ['is none after a revocation without a next payment', [payment('a', 3, 'purchase', true)], [2], null],
  ] as const)('%s', (_, payments, since, expected) => {
    expect(paidTransition({ registeredAt: zero, payments, activeSince: since.map(day) })).toEqual(expected);
  });
});
