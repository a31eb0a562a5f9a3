import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { applyPayments } from './apply-payments.js';
import { applyDisputes, applyRefunds } from './apply-returns.js';
import { recompute, type Difference } from './recompute.js';
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
  const found: Difference[] = [];
  const count = await recompute(db, (difference) => found.push(difference));
  expect(found).toEqual([]);
  expect(count).toBeGreaterThan(120);
  await test.rows(`update rewards.bonus set amount = amount + 1 where payment_id = 'pay-1' and family = 'cashback'`);
  await recompute(db, (difference) => found.push(difference));
  expect(found.map(({ field }) => field)).toContain('amount');
});
