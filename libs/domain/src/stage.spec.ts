import fc from 'fast-check';
import { addActivity, belongsTo, emptySummary, type ActivityFact, type ActivityKind } from './activity.js';
import { isRevoked, qualifyingPayment, type PaymentFact } from './payment.js';
import { deriveStages, deriveStagesFromSummary, isInstantQualification, isMinimalActivity, retainedAt, type ReferralFacts } from './stage.js';
import { DAY, HOUR, MINUTE, shift } from './time.js';

const registeredAt = new Date('2026-03-01T10:00:00Z');
const after = (milliseconds: number) => shift(registeredAt, milliseconds);
const rules = { activationDelayMinutes: 5, retentionAfterDays: 30, retentionActivityDays: 7, trackableApps: ['chat', 'mail', 'todo'] };
const act = (kind: ActivityKind, at: number, appId: string | null = null): ActivityFact => ({ kind, appId, occurredAt: after(at) });
const pay = (id: string, at: number, more: Partial<PaymentFact> = {}): PaymentFact => ({ id, occurredAt: after(at), status: 'settled', ...more });
const derive = (activities: ActivityFact[], payments: PaymentFact[] = [], more: Partial<ReferralFacts> = {}) =>
  deriveStages({ registeredAt, appId: 'chat', activities, payments, rules, retainedCheckNow: after(400 * DAY), ...more });

describe('belonging to a referral', () => {
  it.each([[-1, false], [0, true], [1, true]])('a fact %d ms after the registration: %s', (at, belongs) => {
    expect(belongsTo(after(at), registeredAt)).toBe(belongs);
  });
});

describe('activation', () => {
  it.each([
    ['a login never', [act('login', DAY)], [], null],
    ['a use within 5 minutes does not', [act('app_used', 5 * MINUTE - 1), act('credit_used', 0)], [], null],
    ['a use at 5 minutes does', [act('app_used', 5 * MINUTE)], [], 5 * MINUTE],
    ['a trial does at once', [act('trial_started', 0)], [], 0],
    ['a payment does at once', [], [pay('p', 10)], 10],
    ['a failed payment does not', [], [pay('p', 10, { status: 'failed' })], null],
    ['what happened before the registration does not', [act('trial_started', -1)], [pay('p', -1)], null],
    ['the earliest of all counts', [act('credit_used', DAY), act('trial_started', 2 * DAY)], [pay('p', 3 * DAY)], DAY],
    ['a revoked payment still does', [], [pay('p', DAY, { revoked: true })], DAY],
  ] as [string, ActivityFact[], PaymentFact[], number | null][])('%s', (_, activities, payments, at) => {
    const state = derive(activities, payments);
    expect(state.activatedAt).toEqual(at === null ? null : after(at));
    expect(state.stage === 'registered').toBe(at === null);
  });
});

describe('qualification', () => {
  it('is by the earliest settled payment, ties by id', () => {
    const payments = [pay('c', 2 * DAY), pay('b', DAY), pay('a', DAY), pay('0', 0, { status: 'failed' }), pay('1', -1)];
    expect(derive([], payments)).toMatchObject({ stage: 'qualified', qualifiedAt: after(DAY), qualifyingPaymentId: 'a', activatedAt: after(DAY) });
  });

  it('falls back to activated when revoked, and the next payment qualifies anew', () => {
    expect(derive([], [pay('a', DAY, { revoked: true })])).toMatchObject({ stage: 'activated', qualifiedAt: null, qualifyingPaymentId: null });
    expect(qualifyingPayment([pay('b', 3 * DAY), pay('a', DAY, { revoked: true })], registeredAt)?.id).toBe('b');
  });

  it.each([[7 * DAY, true], [7 * DAY + 1, false], [-DAY, true]])('is revoked by a return %d ms later: %s', (later, revoked) => {
    expect(isRevoked(after(0), after(later), 7)).toBe(revoked);
  });
  it('is not revoked without a return', () => expect(isRevoked(after(0), null, 7)).toBe(false));

  it('is instant up to 24 h after the registration', () => {
    expect([isInstantQualification(after(24 * HOUR), registeredAt, 24), isInstantQualification(after(24 * HOUR + 1), registeredAt, 24)]).toEqual([true, false]);
  });

  it('comes with minimal activity when there were logins alone before it', () => {
    expect(isMinimalActivity({ firstActivityAt: null }, after(DAY))).toBe(true);
    expect([DAY - 1, DAY, DAY + 1].map((at) => isMinimalActivity({ firstActivityAt: after(at) }, after(DAY)))).toEqual([false, false, true]);
  });
});

describe('retention', () => {
  const paid = [pay('p', DAY)];
  it.each([
    ['at 30 days with a login in the 7 days before', [act('login', 24 * DAY)], paid, 30 * DAY],
    ['not by an activity exactly 7 days before', [act('login', 23 * DAY)], paid, null],
    ['by one a moment later', [act('login', 23 * DAY + 1)], paid, 30 * DAY],
    ['at the first activity after a silence', [act('login', 50 * DAY), act('login', 45 * DAY)], paid, 45 * DAY],
    ['at 30 days sharp', [act('app_used', 30 * DAY)], paid, 30 * DAY],
    ['by a renewal', [], [...paid, pay('q', 31 * DAY)], 31 * DAY],
    ['at the payment that qualifies late, which is activity itself', [], [pay('p', 40 * DAY)], 40 * DAY],
    ['never without qualification', [act('login', 30 * DAY)], [], null],
    ['not by the qualification that was revoked', [act('login', 30 * DAY)], [pay('p', DAY, { revoked: true })], null],
    ['by the next qualification', [act('login', 29 * DAY)], [pay('p', DAY, { revoked: true }), pay('q', 33 * DAY)], 33 * DAY],
  ] as [string, ActivityFact[], PaymentFact[], number | null][])('%s', (_, activities, payments, at) => {
    const state = derive(activities, payments);
    expect(state.retainedAt).toEqual(at === null ? null : after(at));
    expect(state.stage === 'retained').toBe(at !== null);
  });

  it('waits for the check', () => {
    const activities = [act('login', 29 * DAY)];
    expect(derive(activities, paid, { retainedCheckNow: null }).retainedAt).toBeNull();
    expect(derive(activities, paid, { retainedCheckNow: after(30 * DAY - 1) }).stage).toBe('qualified');
    expect(derive(activities, paid, { retainedCheckNow: after(30 * DAY) }).stage).toBe('retained');
  });
});

describe('cross-app uses', () => {
  const uses = [act('app_used', 3, 'mail'), act('app_used', 1, 'chat'), act('login', 0, 'todo'), act('credit_used', 9, 'mail'), act('app_used', 2, 'other')];
  it('are the first uses of the trackable apps but that of the sign-up', () => {
    expect(derive(uses)).toMatchObject({
      appUses: [{ appId: 'chat', at: after(1) }, { appId: 'mail', at: after(3) }],
      crossAppUses: [{ appId: 'mail', at: after(3) }],
    });
  });
  it('leave out the first app used when there was no app of the sign-up', () => {
    expect(derive(uses, [], { appId: null }).crossAppUses).toEqual([{ appId: 'mail', at: after(3) }]);
    expect(derive([...uses, act('app_used', 0, 'other')], [], { appId: null }).crossAppUses.map((use) => use.appId)).toEqual(['chat', 'mail']);
  });
});

describe('stages derived from a set of facts', () => {
  const activity = fc.record({
    kind: fc.constantFrom<ActivityKind[]>('login', 'credit_used', 'app_used', 'trial_started'),
    appId: fc.constantFrom(null, 'chat', 'mail', 'other', '__proto__'),
    occurredAt: fc.integer({ min: -2 * 24, max: 60 * 24 }).map((hours) => after(hours * HOUR)),
  });
  const payment = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    occurredAt: fc.integer({ min: -2, max: 60 }).map((days) => after(days * DAY)),
    status: fc.constantFrom('settled' as const, 'failed' as const),
    revoked: fc.boolean(),
  });
  const facts = fc.record({
    activities: fc.array(activity, { maxLength: 12 }),
    payments: fc.uniqueArray(payment, { maxLength: 4, selector: (p) => p.id }),
    appId: fc.constantFrom(null, 'chat'),
    now: fc.integer({ min: 0, max: 70 }).map((days) => after(days * DAY)),
  });

  it('do not depend on the order or the number of arrivals', () => {
    const shuffled = facts.chain((f) => fc.record({
      facts: fc.constant(f),
      activities: fc.shuffledSubarray([...f.activities, ...f.activities], { minLength: f.activities.length * 2 }),
      payments: fc.shuffledSubarray(f.payments, { minLength: f.payments.length }),
    }));
    fc.assert(fc.property(shuffled, ({ facts: f, activities, payments }) => {
      const options = { appId: f.appId, retainedCheckNow: f.now };
      expect(derive(activities, payments, options)).toEqual(derive(f.activities, f.payments, options));
    }), { numRuns: 1000 });
  });

  it('are the same from the summary as from all activities looked at one by one', () => {
    fc.assert(fc.property(facts, (f) => {
      const summary = emptySummary();
      for (const one of f.activities) addActivity(summary, one, registeredAt, rules);
      const state = deriveStagesFromSummary({ registeredAt, appId: f.appId, payments: f.payments, rules, retainedCheckNow: f.now, summary });
      const settled = f.payments.filter((p) => p.status === 'settled' && p.occurredAt >= registeredAt);
      const all = [...f.activities.filter((one) => one.occurredAt >= registeredAt), ...settled].map((fact) => fact.occurredAt);
      expect(state.retainedAt).toEqual(bruteRetainedAt(state.qualifiedAt, all, f.now));
    }), { numRuns: 2000 });
  });

  it('find retention whenever the summary of two instants a day is made, for any qualification time', () => {
    const minutes = fc.array(fc.integer({ min: 22 * 1440, max: 40 * 1440 }), { maxLength: 30 });
    fc.assert(fc.property(minutes, fc.integer({ min: 0, max: 40 * 1440 }), (list, qualified) => {
      const summary = emptySummary();
      for (const minute of list) addActivity(summary, act('login', minute * MINUTE), registeredAt, rules);
      const instants = [...summary.days.values()].flatMap((day) => [day.first, day.last]);
      const [qualifiedAt, now] = [after(qualified * MINUTE), after(99 * DAY)];
      expect(retainedAt({ registeredAt, qualifiedAt, instants, now, rules })).toEqual(bruteRetainedAt(qualifiedAt, list.map((m) => after(m * MINUTE)), now));
    }), { numRuns: 2000 });
  });
});

/** Straight from the rule: tries every instant at which it could become true. */
function bruteRetainedAt(qualifiedAt: Date | null, activity: Date[], now: Date): Date | null {
  if (!qualifiedAt) return null;
  const candidates = [after(30 * DAY), qualifiedAt, ...activity].sort((a, b) => a.getTime() - b.getTime());
  const holdsAt = (t: Date) =>
    t >= after(30 * DAY) && t >= qualifiedAt && t <= now && activity.some((a) => a.getTime() > t.getTime() - 7 * DAY && a <= t);
  return candidates.find(holdsAt) ?? null;
}
