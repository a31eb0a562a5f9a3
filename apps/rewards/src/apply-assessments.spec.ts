import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AnyEvent } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { BonusEntity } from './bonus.entity.js';
import { getBalances } from './get-balances.js';
import { listBonuses } from './list-bonuses.js';
import { applyPayments } from './apply-payments.js';
import { again, deliver, ToldReferral } from './told.fixture.js';

const NOW = '2026-03-10T12:00:00.000Z';
const inHours = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();
let test: TestDatabase;
let db: Database;
let count = 0;

beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('rewards', [BonusEntity]);
});
afterAll(() => test.close());
beforeEach(() => test.setClock(new Date(NOW)));

const somebody = (): string => `user-${(count += 1)}`;
const newReferral = (): ToldReferral => new ToldReferral(somebody(), somebody(), inHours(-48));
const bonus = async (userId: string, event = 'registered') => (await listBonuses(db, { userId, limit: 100 })).data.find((one) => one.event === event)!;
const standing = async (referral: ToldReferral) => {
  const [mine, theirs] = [await bonus(referral.facts.referrerId), await bonus(referral.facts.refereeId)];
  return [mine.status, mine.holdReason, mine.holdUntil, theirs.status];
};

describe('the score', () => {
  it.each([
    [0, ['paid', null, null, 'paid']],
    [29, ['paid', null, null, 'paid']],
    [30, ['held', 'score', inHours(48), 'paid']],
    [59, ['held', 'score', inHours(48), 'paid']],
    [60, ['held', 'review', null, 'paid']],
    [89, ['held', 'review', null, 'paid']],
    [90, ['rejected', null, null, 'rejected']],
    [100, ['rejected', null, null, 'rejected']],
  ])('%i decides alike before and after the registration is known', async (score, expected) => {
    const [early, late] = [newReferral(), newReferral()];
    await deliver(db, [early.assessed(1, score, null, NOW)]);
    await deliver(db, [early.registered(), late.registered()]);
    expect(await standing(late)).toEqual(['pending', 'assessment', null, 'pending']);
    await deliver(db, [late.assessed(1, score, null, NOW)]);
    expect(await standing(early)).toEqual(expected);
    expect(await standing(late)).toEqual(expected);
  });

  it('holds for 48 h from the booking, however late it comes', async () => {
    const referral = newReferral();
    await deliver(db, [referral.registered()]);
    await test.setClock(new Date(inHours(30)));
    await deliver(db, [referral.assessed(1, 40, null, inHours(30))]);
    expect(await standing(referral)).toEqual(['held', 'score', inHours(48), 'paid']);
  });

  it('moves what is held up a band when it rises, and releases nothing when it falls', async () => {
    const referral = newReferral();
    const steps: unknown[] = [];
    await deliver(db, [referral.registered()]);
    for (const [index, score] of [35, 20, 65, 30, 95].entries()) {
      await deliver(db, [referral.assessed(index + 1, score, null, NOW)]);
      steps.push((await standing(referral)).slice(0, 2));
    }
    expect(steps).toEqual([['held', 'score'], ['held', 'score'], ['held', 'review'], ['held', 'review'], ['rejected', null]]);
    expect((await getBalances(db, { userId: referral.facts.referrerId })).balances).toEqual([{ unit: 'credits', available: 0, held: 0, debt: 0 }]);
    const told = (await test.emitted('rewards')).filter((event) => event.data['referralId'] === referral.id && event.data['party'] === 'referrer');
    expect(told.map(({ type, sequence, data }) => [type, sequence, data['reason']])).toEqual([
      ['bonus.held', 1, 'score'], ['bonus.held', 2, 'review'], ['bonus.rejected', 3, 'score'],
    ]);
  });

  it('of an assessment that overtook an earlier one waits for it', async () => {
    const referral = newReferral();
    await deliver(db, [referral.registered(), referral.assessed(2, 70, null, NOW)]);
    expect((await standing(referral))[0]).toBe('pending');
    await deliver(db, [referral.assessed(1, 10, null, NOW)]);
    expect((await standing(referral))[0]).toBe('paid');
  });

  it('finds every bonus that is booked at the same moment by another consumer', async () => {
    const referrals = Array.from({ length: 60 }, newReferral);
    await deliver(db, referrals.map((referral) => referral.registered()));
    await Promise.all(referrals.flatMap((referral) => [
      deliver(db, [referral.activated(inHours(-47))]), deliver(db, [referral.assessed(1, 0, null, NOW)]),
    ]));
    const statuses = await test.rows('select distinct status from rewards.bonus where referral_id = any($1)', [referrals.map(({ id }) => id)]);
    expect(statuses).toEqual([{ status: 'paid' }]);
  });

  it('is awaited by what the qualifying payment earns, in the assessment that names the payment', async () => {
    const referral = newReferral();
    const { referrerId } = referral.facts;
    await deliver(db, [referral.registered(), referral.assessed(1, 0, null, NOW), referral.qualified(inHours(-20), 'named')]);
    expect(await bonus(referrerId, 'qualified')).toMatchObject({ status: 'pending', holdReason: 'assessment' });
    await deliver(db, [referral.assessed(2, 0, null, NOW)]);
    expect(await bonus(referrerId, 'qualified')).toMatchObject({ status: 'pending' });
    await deliver(db, [referral.assessed(3, 35, 'named', NOW)]);
    expect(await bonus(referrerId, 'qualified')).toMatchObject({ status: 'held', holdReason: 'score' });
    expect(await bonus(referrerId)).toMatchObject({ status: 'paid' });
  });

  it('of the moment decides a later bonus', async () => {
    const referral = newReferral();
    await deliver(db, [referral.registered(), referral.assessed(1, 0, null, NOW), referral.assessed(2, 65, null, inHours(1))]);
    await deliver(db, [referral.appActivated(inHours(2), 'mail')]);
    expect(await bonus(referral.facts.referrerId, 'cross_app')).toMatchObject({ status: 'held', holdReason: 'review' });
  });
});

describe('a hold keeps its programme', () => {
  it('when the thresholds change before its assessment', async () => {
    const referral = newReferral();
    await deliver(db, [referral.registered()]);
    await test.owner.query(`insert into common.programme (version, body, hash, in_force_from, created_by)
      select 2, jsonb_set(body::jsonb, '{fraud,thresholds}', '{"hold": 5, "review": 6, "reject": 7}'), 'stricter', common.now(), 'test' from common.programme where version = 1`);
    const next = newReferral();
    await deliver(db, [referral.assessed(1, 10, null, NOW), next.registered(), next.assessed(1, 10, null, NOW)]);
    await test.owner.query('delete from common.programme where version = 2');
    expect(await bonus(referral.facts.referrerId)).toMatchObject({ status: 'paid', programmeVersion: 1 });
    expect(await bonus(next.facts.referrerId)).toMatchObject({ status: 'rejected', programmeVersion: 2 });
  });
});

describe('the order of arrival', () => {
  const STATE = `
    select b.party, b.event, b.app_id, b.amount::int, b.status, b.decision, b.score, b.hold_reason, b.hold_until
    from rewards.bonus b where b.referral_id = $1 and b.family <> 'access' order by 1, 2, 3`;
  /** A referral with everything that can be told of it; the payment is posted first, as it is in life. */
  const eventful = (referral: ToldReferral, first: number, second: number): AnyEvent[] => [
    referral.registered(), referral.activated(inHours(-47)), referral.appActivated(inHours(-46), 'mail'),
    referral.qualified(inHours(-20), referral.id), referral.retained(NOW, referral.id),
    referral.assessed(1, first, null, inHours(-48)), referral.assessed(2, second, referral.id, inHours(-20)),
  ];

  it.each([[0, 0], [0, 35], [30, 65], [30, 95], [65, 20], [0, 90]])('changes nothing: first score %i, then %i', async (first, second) => {
    const orders = fc.sample(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }), { numRuns: 60, seed: 1 });
    const all = orders.map((order) => ({ order, referral: newReferral() }));
    await db.transaction((tx) => applyPayments(tx, all.map(({ referral }) => (
      { id: referral.id, userId: referral.facts.refereeId, kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled', occurredAt: inHours(-20) }))));
    const told = all.map(({ order, referral }) => order.map((index) => eventful(referral, first, second)[index]!));
    for (let step = 0; step < 7; step += 1) {
      await deliver(db, told.map((events) => events[step]!));
      await deliver(db, told.map((events) => again(events[step]!)));
    }
    const states = await Promise.all(all.map(async ({ referral }) => JSON.stringify([
      await test.rows(STATE, [referral.id]), (await getBalances(db, { userId: referral.facts.referrerId })).balances,
      (await getBalances(db, { userId: referral.facts.refereeId })).balances,
    ])));
    expect(JSON.parse(states[0]!)[0]).toHaveLength(7);
    expect(new Set(states).size).toBe(1);
  });
});
