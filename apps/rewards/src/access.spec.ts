import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '@referrals/domain';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { applyPayments } from './apply-payments.js';
import { checkAccess, getAccess } from './get-access.js';
import { grantAccess, revokeAccess } from './operate-access.js';
import { releaseHolds } from './release-holds.js';
import { setSubscription } from './set-subscription.js';
import { takeBackAccess } from './take-back-access.js';
import { again, deliver, ToldReferral } from './told.fixture.js';

const NOW = new Date('2026-03-10T12:00:00.000Z');
const day = (days: number): string => new Date(NOW.getTime() + days * 86_400_000).toISOString();
let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('rewards');
});
afterAll(() => test.close());
beforeEach(() => test.setClock(NOW));

let count = 0;
const someone = (): ToldReferral => {
  count += 1;
  return new ToldReferral(`till-${count}`, `nina-${count}`, day(0));
};
type Payment = Partial<{ id: string; kind: 'topup' | 'purchase' | 'renewal'; status: 'settled' | 'failed'; occurredAt: string }>;
const pay = (userId: string, { id = `pay-${(count += 1)}`, kind = 'purchase', status = 'settled', occurredAt = day(0) }: Payment = {}) =>
  db.transaction((tx) => applyPayments(tx, [{ id, userId, kind, amount: 999, currency: 'EUR', status, occurredAt }]));
const subscribe = (userId: string, status: 'trialing' | 'active' | 'canceled', more: { plan?: string; occurredAt?: string } = {}) =>
  db.transaction((tx) => setSubscription(tx, { userId, plan: 'pro', status, startedAt: day(0), ...more }));
const access = (userId: string) => getAccess(db, { userId });
const grant = (userId: string, id: string, days: number) => db.transaction((tx) => grantAccess(tx, { userId, id, days }, 'operator'));
const credit = (days: number) => ({ active: true, source: 'credit', daysRemaining: days, expiresAt: day(days) });
const none = { active: false, source: 'none', daysRemaining: 0, expiresAt: null };
const ledger = async (userId: string) =>
  (await test.rows(`select kind, balance::int from rewards.account where user_id = $1 and unit = 'access_days' and balance <> 0`, [userId])) as unknown;
const sum = async () => (await test.rows(`select coalesce(sum(case when a.id = t.credit_account then t.amount else -t.amount end), 0)::int as sum
  from rewards.transfer t join rewards.account a on a.id in (t.credit_account, t.debit_account) where t.unit = 'access_days'`))[0];

describe('the first paid transition', () => {
  it('gives both parties 45 days, once: renewals and replays change nothing', async () => {
    const told = someone();
    const { referrerId, refereeId } = told.facts;
    await deliver(db, [told.registered(), told.assessed(1, 0, null, day(0))]);
    await pay(refereeId, { id: 'first' });
    await deliver(db, [told.qualified(day(0), 'first'), told.assessed(2, 0, 'first', day(0))]);
    for (const userId of [referrerId, refereeId]) expect(await access(userId)).toEqual({ userId, ...credit(45) });
    await pay(refereeId, { id: 'first' });
    await pay(refereeId, { kind: 'renewal', occurredAt: day(0.001) });
    await subscribe(refereeId, 'active', { occurredAt: day(-0.1) });
    await deliver(db, [again(told.registered())]);
    expect(await access(referrerId)).toMatchObject(credit(45));
    expect(await ledger(refereeId)).toEqual([{ kind: 'available', balance: 45 }]);
    expect(await sum()).toEqual({ sum: 0 });
    const extended = (await test.emitted('rewards', 'access.extended')).filter(({ aggregateId }) => aggregateId === refereeId);
    expect(extended).toMatchObject([{ data: { userId: refereeId, days: 45, from: day(0), until: day(45), source: 'referral' } }]);
  });

  it('may arrive before the registration that it waits for', async () => {
    const told = someone();
    await pay(told.facts.refereeId);
    expect(await access(told.facts.refereeId)).toMatchObject(none);
    await deliver(db, [told.registered()]);
    expect(await access(told.facts.refereeId)).toMatchObject(credit(45)); // the referee's own do not wait
    expect(await access(told.facts.referrerId)).toMatchObject(none);
    expect(await ledger(told.facts.referrerId)).toEqual([{ kind: 'held', balance: 45 }]);
  });

  it('is no top-up, no failed payment, no trial, no free plan and nothing before the registration', async () => {
    const told = someone();
    const { refereeId } = told.facts;
    await deliver(db, [told.registered()]);
    await pay(refereeId, { kind: 'topup' });
    await pay(refereeId, { status: 'failed' });
    await pay(refereeId, { occurredAt: day(-1) });
    await subscribe(refereeId, 'trialing', { occurredAt: day(-0.2) });
    await subscribe(refereeId, 'active', { plan: 'free' });
    expect((await access(refereeId)).daysRemaining).toBe(0);
  });

  it('is a first active subscription too, and waits for no payment', async () => {
    const told = someone();
    const { referrerId, refereeId } = told.facts;
    await deliver(db, [told.registered(), told.assessed(1, 10, null, day(0))]);
    await subscribe(refereeId, 'active');
    expect(await access(referrerId)).toMatchObject(credit(45));
    expect(await access(refereeId)).toMatchObject({ source: 'subscription', daysRemaining: 45, expiresAt: null });
    await pay(refereeId);
    expect((await access(refereeId)).daysRemaining).toBe(45);
  });

  it('lets the referrer wait as the score says, by time or by a person', async () => {
    const [mild, grave] = [someone(), someone()];
    for (const [told, score] of [[mild, 40], [grave, 70]] as const) {
      await deliver(db, [told.registered(), told.assessed(1, score, null, day(0))]);
      await subscribe(told.facts.refereeId, 'active');
      expect(await access(told.facts.referrerId)).toMatchObject(none);
      expect((await access(told.facts.refereeId)).daysRemaining).toBe(45);
    }
    await test.setClock(new Date(day(2)));
    await db.transaction((tx) => releaseHolds(tx, { limit: 100 }));
    expect(await access(mild.facts.referrerId)).toMatchObject({ ...credit(45), expiresAt: day(47) });
    expect(await access(grave.facts.referrerId)).toMatchObject(none);
    expect(await sum()).toEqual({ sum: 0 });
  });

  it('gives the referee theirs when the referrer is gone', async () => {
    const told = new ToldReferral('erased:0199aaaa-0000-7000-8000-000000000001', 'orphan', day(0));
    await deliver(db, [told.registered(), told.assessed(1, 0, null, day(0))]);
    await subscribe('orphan', 'active');
    expect((await access('orphan')).daysRemaining).toBe(45);
    expect(await access(told.facts.referrerId)).toMatchObject(none);
  });

  it('is granted exactly once when payment and registration commit at the same time', async () => {
    const list = Array.from({ length: 15 }, someone);
    await Promise.all(list.flatMap((told) => [pay(told.facts.refereeId), deliver(db, [told.registered()])]));
    for (const told of list) expect(await access(told.facts.refereeId)).toMatchObject(credit(45));
  });
});

describe('operators', () => {
  it('grant days once per id, stacked on what is there, with an audit row', async () => {
    expect(await grant('olga', 'gift-1', 30)).toMatchObject(credit(30));
    expect(await grant('olga', 'gift-1', 30)).toMatchObject(credit(30));
    expect(await grant('olga', 'gift-1', 31)).toEqual(new Refusal('id_conflict'));
    const told = new ToldReferral('olga', 'friend-of-olga', day(0));
    await deliver(db, [told.registered(), told.assessed(1, 0, null, day(0))]);
    await subscribe('friend-of-olga', 'active');
    expect(await access('olga')).toMatchObject(credit(75));
    expect(await test.rows(`select actor, action from rewards.audit where subject = 'olga'`)).toEqual([{ actor: 'operator', action: 'access.granted' }]);
  });

  it('end all granted access, and the ledger keeps whole days', async () => {
    await grant('paul', 'gift-2', 10);
    await grant('paul', 'gift-3', 10);
    await test.setClock(new Date(day(3.5)));
    expect(await db.transaction((tx) => revokeAccess(tx, { userId: 'paul' }, 'operator'))).toMatchObject(none);
    expect(await ledger('paul')).toEqual([{ kind: 'available', balance: 20 - 6 - 10 }]);
    await expect(checkAccess(db, { userId: 'paul' })).rejects.toEqual(new Refusal('payment_required'));
    expect(await sum()).toEqual({ sum: 0 });
  });
});

describe('days that go back', () => {
  const activate = async () => {
    const told = someone();
    await deliver(db, [told.registered(), told.assessed(1, 0, null, day(0))]);
    await pay(told.facts.refereeId, { id: `days-${count}` });
    await deliver(db, [told.qualified(day(0), `days-${count}`), told.assessed(2, 0, `days-${count}`, day(0))]);
    return { told, referralId: told.id, paymentId: `days-${count}` };
  };

  it('are cut to what was used, and not granted again', async () => {
    const { told, referralId, paymentId } = await activate();
    await test.setClock(new Date(day(10)));
    await db.transaction((tx) => takeBackAccess(tx, [{ referralId, paymentId, how: 'cut', reason: 'refund' }]));
    for (const userId of [told.facts.referrerId, told.facts.refereeId]) {
      expect(await access(userId)).toMatchObject(none);
      expect(await ledger(userId)).toEqual([{ kind: 'available', balance: 10 }]);
    }
    await pay(told.facts.refereeId, { occurredAt: day(10) });
    expect(await access(told.facts.refereeId)).toMatchObject(none);
  });

  it('are granted anew with the next payment after a revocation', async () => {
    const { told, referralId, paymentId } = await activate();
    await db.transaction((tx) => takeBackAccess(tx, [{ referralId, paymentId, how: 'revoke', reason: 'revocation' }]));
    expect(await access(told.facts.refereeId)).toMatchObject(none);
    await pay(told.facts.refereeId, { occurredAt: day(0.001) });
    expect(await access(told.facts.refereeId)).toMatchObject(credit(45));
    expect(await sum()).toEqual({ sum: 0 });
  });

  it('of a subscription belong to its first payment', async () => {
    const told = someone();
    await deliver(db, [told.registered(), told.assessed(1, 0, null, day(0))]);
    await subscribe(told.facts.refereeId, 'active', { occurredAt: day(0) });
    await pay(told.facts.refereeId, { id: 'of-plan', occurredAt: day(0.001) });
    await db.transaction((tx) => takeBackAccess(tx, [{ referralId: told.id, paymentId: 'of-plan', how: 'cut', reason: 'refund' }]));
    expect((await access(told.facts.refereeId)).daysRemaining).toBe(0);
    expect((await access(told.facts.referrerId)).daysRemaining).toBe(0);
  });
});

describe('a subscription', () => {
  it('is the one told last, whatever arrives when', async () => {
    await subscribe('sara', 'canceled', { occurredAt: day(-1) });
    await subscribe('sara', 'active', { occurredAt: day(-2) });
    expect(await access('sara')).toMatchObject(none);
    expect(await subscribe('sara', 'active', { occurredAt: day(0) })).toMatchObject({ status: 'active', plan: 'pro' });
    expect(await access('sara')).toMatchObject({ active: true, source: 'subscription' });
    expect(await checkAccess(db, { userId: 'sara' })).toBeNull();
    expect(await subscribe('sara', 'active', { occurredAt: day(1) })).toEqual(new Refusal('occurred_in_future'));
  });
});
