import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Database } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';
import { TestDatabase } from '@referrals/testing';
import { applyPayments } from './apply-payments.js';
import { applyDisputes, applyRefunds } from './apply-returns.js';
import { recompute, type Difference } from './recompute.js';
import { recomputeBatchRewards } from './batch-rewards.js';
import { setSubscription } from './set-subscription.js';
import { deliver, ToldReferral } from './told.fixture.js';

const NOW = '2026-03-10T12:00:00.000Z';
let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('rewards');
  await test.setClock(new Date(NOW));
});
afterAll(() => test.close());

/** Referees who make a referrer eligible for slots. */
async function haveFriends(referrer: string, count: number): Promise<void> {
  const long = '2026-02-01T12:00:00.000Z';
  for (let i = 0; i < count; i += 1) {
    const userId = `friend-${i}`;
    const told = new ToldReferral(referrer, userId, long);
    const user = { userId, displayName: null, createdAt: long, isActive: true, isVerified: true, locale: null, stripeCustomerId: null, sealedEmail: null, occurredAt: long };
    await deliver(db, [
      told.registered(), told.assessed(1, 0, null, long, { known: true, group: userId, sharedWithReferrer: false }),
      { id: uuidv7(), type: 'user.updated', aggregateId: userId, sequence: 1, occurredAt: long, data: user as never },
    ]);
    await db.transaction((tx) => setSubscription(tx, { userId, plan: 'pro', status: 'active', startedAt: long, occurredAt: long }));
  }
}

it('finds no difference in a history of everything, and each one that somebody made', async () => {
  for (let i = 0; i < 30; i += 1) {
    const referral = new ToldReferral('till', `referee-${i}`, '2026-03-08T12:00:00.000Z');
    const id = `pay-${i}`;
    await deliver(db, [referral.registered(), referral.assessed(1, (i * 7) % 100, null, NOW), referral.activated(NOW)]);
    await db.transaction((tx) => applyPayments(tx, [{ id, userId: `referee-${i}`, kind: 'purchase', amount: 999 + i, currency: 'EUR', status: 'settled' }]));
    await deliver(db, [referral.qualified(NOW, id), referral.assessed(2, (i * 11) % 100, id, NOW)]);
    if (i % 3 === 0) await db.transaction((tx) => applyRefunds(tx, [{ id: `refund-${i}`, paymentId: id, amount: 100 * i + 1 }]));
    if (i % 4 === 0) await db.transaction((tx) => applyDisputes(tx, [{ id: `case-${i}`, paymentId: id, status: i % 8 ? 'opened' : 'lost' }]));
    if (i % 5 === 0) await deliver(db, [referral.decided(i % 2 ? 'approved' : 'rejected', 70, NOW)]);
    if (i % 7 === 0) await deliver(db, [referral.revoked(id, 5, NOW)]);
  }
  await haveFriends('vera', 7);
  await db.transaction((tx) => recomputeBatchRewards(tx, {}));
  const found: Difference[] = [];
  const count = await recompute(db, (difference) => found.push(difference));
  expect(found).toEqual([]);
  expect(count).toBeGreaterThan(120);
  await test.rows(`update rewards.bonus set amount = amount + 1 where payment_id = 'pay-1' and family = 'cashback'`);
  await test.rows(`update rewards.bonus set amount = 44 where family = 'access' and payment_id = 'pay-2' and party = 'referee'`);
  await test.rows(`update rewards.batch_reward set booked = 15 where user_id = 'vera'`);
  found.length = 0;
  await recompute(db, (difference) => found.push(difference));
  const fields = found.map(({ field }) => field);
  expect(fields).toEqual(expect.arrayContaining(['amount', 'granted', 'booked', 'given']));
});
