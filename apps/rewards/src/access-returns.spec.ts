import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { applyPayments } from './apply-payments.js';
import { applyRefunds } from './apply-returns.js';
import { getAccess } from './get-access.js';
import { deliver, ToldReferral } from './told.fixture.js';

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
const pay = (userId: string, id: string, at: string) =>
  db.transaction((tx) => applyPayments(tx, [{ id, userId, kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled', occurredAt: at }]));
const refund = (paymentId: string, at: string) =>
  db.transaction((tx) => applyRefunds(tx, [{ id: `of-${paymentId}`, paymentId, amount: 999, occurredAt: at }]));
const daysOf = async (userId: string): Promise<number> => (await getAccess(db, { userId })).daysRemaining;

/** What was told of a referral's days that went back. */
const toldBack = async ({ id }: ToldReferral) => {
  const told = [...(await test.emitted('rewards', 'bonus.clawed_back')), ...(await test.emitted('rewards', 'bonus.rejected'))];
  return told.filter(({ data }) => data['referralId'] === id && data['unit'] === 'access_days')
    .map(({ type, data }) => [type, data['party'], data['amount'], data['reason']].join(' ')).sort();
};

/** A referral whose first payment qualified. */
async function qualified(score: number) {
  const name = `p${(count += 1)}`;
  const told = new ToldReferral(`till-${name}`, `nina-${name}`, day(0));
  const { referrerId, refereeId } = told.facts;
  await deliver(db, [told.registered(), told.assessed(1, 0, null, day(0))]);
  await pay(refereeId, name, day(0));
  await deliver(db, [told.qualified(day(0), name), told.assessed(2, score, name, day(0))]);
  return { told, referrerId, refereeId, paymentId: name };
}

describe('a refund in full', () => {
  it('later than the revocation ends what is left of the days, and no payment grants them again', async () => {
    const { told, referrerId, refereeId, paymentId } = await qualified(0);
    expect([await daysOf(referrerId), await daysOf(refereeId)]).toEqual([45, 45]);
    await test.setClock(new Date(day(10)));
    await refund(paymentId, day(10));
    await pay(refereeId, `${paymentId}-next`, day(10));
    expect([await daysOf(referrerId), await daysOf(refereeId)]).toEqual([0, 0]);
    expect(await toldBack(told)).toEqual(['bonus.clawed_back referee 35 refund', 'bonus.clawed_back referrer 35 refund']);
  });

  it('that revokes the qualification gives the days to the payment that is there already', async () => {
    const { told, referrerId, refereeId, paymentId } = await qualified(0);
    await test.setClock(new Date(day(2)));
    await pay(refereeId, `${paymentId}-next`, day(1));
    await refund(paymentId, day(2));
    await deliver(db, [told.revoked(paymentId, 2, day(2)), told.requalified(day(1), `${paymentId}-next`, 3)]);
    await deliver(db, [told.assessed(3, 0, `${paymentId}-next`, day(2))]);
    expect([await daysOf(referrerId), await daysOf(refereeId)]).toEqual([45, 45]);
    expect(await test.rows(`select payment_id, status from rewards.bonus where family = 'access' and party = 'referee' and user_id = $1 order by 1`, [refereeId]))
      .toEqual([{ payment_id: paymentId, status: 'clawed_back' }, { payment_id: `${paymentId}-next`, status: 'paid' }]);
    expect(await toldBack(told)).toEqual(['bonus.clawed_back referee 43 revocation', 'bonus.clawed_back referrer 43 revocation']);
  });

  it('that the other rooms hear of before the payment ends its days all the same, and the next payment brings new ones', async () => {
    const told = new ToldReferral('till-early', 'nina-early', day(0));
    await deliver(db, [told.registered(), told.assessed(1, 0, null, day(0))]);
    await pay('nina-early', 'early', day(0));
    await refund('early', day(0));
    expect([await daysOf('till-early'), await daysOf('nina-early')]).toEqual([0, 0]);
    await pay('nina-early', 'early-next', day(0));
    await deliver(db, [told.qualified(day(0), 'early-next'), told.assessed(2, 0, 'early-next', day(0))]);
    expect([await daysOf('till-early'), await daysOf('nina-early')]).toEqual([45, 45]);
  });

  it('ends days that a person has yet to decide about, and an approval brings none', async () => {
    const { told, referrerId, paymentId } = await qualified(65);
    await test.setClock(new Date(day(10)));
    await refund(paymentId, day(10));
    await deliver(db, [told.decided('approved', 65, day(10))]);
    expect(await daysOf(referrerId)).toBe(0);
    expect(await test.rows(`select status, held::int, taken_back::int from rewards.bonus where family = 'access' and user_id = $1`, [referrerId]))
      .toEqual([{ status: 'rejected', held: 0, taken_back: 0 }]);
    expect(await toldBack(told)).toEqual(['bonus.clawed_back referee 35 refund', 'bonus.rejected referrer 45 refund']);
  });
});
