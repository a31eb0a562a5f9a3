import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Database, Transaction } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { applyPayments, type PaymentRequest } from './apply-payments.js';
import { applyDisputes, applyRefunds, type DisputeRequest, type RefundRequest } from './apply-returns.js';
import { BonusEntity } from './bonus.entity.js';
import { getBalances, getTier } from './get-balances.js';
import { getBonus, listBonuses } from './list-bonuses.js';
import { recompute, type Difference } from './recompute.js';
import { redeem } from './redeem.js';
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

const next = (what: string): string => `${what}-${(count += 1)}`;
const outcomeOf = <Reply extends { outcome: string }>([outcome]: Outcome<Reply>[]) => (outcome instanceof Refusal ? outcome.code : outcome!.outcome);
const run = <Reply>(work: (tx: Transaction) => Promise<Reply>): Promise<Reply> => db.transaction(work);
const pay = (userId: string, changes: Partial<PaymentRequest> = {}): PaymentRequest =>
  ({ id: next('pay'), userId, kind: 'purchase', amount: 1_000, currency: 'EUR', status: 'settled', occurredAt: inHours(-20), ...changes });
const apply = async (...requests: PaymentRequest[]) => run((tx) => applyPayments(tx, requests));
const refund = async (request: Omit<RefundRequest, 'id'> & { id?: string }) => {
  const [outcome] = await run((tx) => applyRefunds(tx, [{ id: next('refund'), ...request }]));
  if (outcome instanceof Refusal) throw outcome;
  return outcome!.appliedAmount;
};
const dispute = (request: DisputeRequest) => run((tx) => applyDisputes(tx, [request]));
const balance = async (userId: string, unit = 'EUR') => {
  const found = (await getBalances(db, { userId })).balances.find((one) => one.unit === unit);
  return found && [found.available, found.held, found.debt];
};
const spend = (userId: string, amount: number, unit = 'EUR', id = next('spend')) => run((tx) => redeem(tx, [{ id, userId, unit, amount }]));
/** A clean referral whose qualifying payment is assessed; its cashback is paid at once. */
async function newReferral(referrer = next('referrer'), changes: Partial<PaymentRequest> = {}): Promise<{ referral: ToldReferral; payment: PaymentRequest; referrer: string }> {
  const referral = new ToldReferral(referrer, next('referee'), inHours(-48));
  const payment = pay(referral.facts.refereeId, changes);
  await deliver(db, [referral.registered(), referral.assessed(1, 0, null, NOW)]);
  await apply(payment);
  await deliver(db, [referral.qualified(inHours(-20), payment.id), referral.assessed(2, 0, payment.id, NOW)]);
  return { referral, payment, referrer };
}

describe('cashback', () => {
  it.each([['KWD', 1_234, 123], ['JPY', 999, 99], ['USD', 1, 0], ['EUR', 9_007_199_254_740_991, 900_719_925_474_099], ['CLF', 19_999, 1_999]])(
    'of %s %i minor units at the first level is %i', async (currency, amount, expected) => {
      const { referrer } = await newReferral(undefined, { currency, amount });
      expect(await balance(referrer, currency)).toEqual([expected, 0, 0]);
    });

  it('is 10 % with 24 paid referees, 25 % from the 25th and 45 % from the 50th on; JPY 999 at 25 % is 249', async () => {
    const referrer = next('referrer');
    const earned: number[] = [];
    for (let i = 0; i < 50; i += 1) {
      const { payment } = await newReferral(referrer, { currency: 'JPY', amount: 999 });
      const [bonus] = await test.rows<{ amount: string }>(`select amount from rewards.bonus where payment_id = $1 and family = 'cashback'`, [payment.id]);
      earned.push(Number(bonus!.amount));
    }
    expect([earned[0], earned[23], earned[24], earned[48], earned[49]]).toEqual([99, 99, 249, 249, 449]);
  });

  it('comes from every payment once, whichever way referral and payment come in, and shows all of its calculation', async () => {
    const referral = new ToldReferral(next('referrer'), next('referee'), inHours(-48));
    const early = pay(referral.facts.refereeId, { amount: 500 });
    const before = pay(referral.facts.refereeId, { occurredAt: inHours(-49) });
    await apply(early, before);
    await deliver(db, [referral.registered(), again(referral.registered()), referral.assessed(1, 7, null, NOW), referral.assessed(2, 7, early.id, NOW)]);
    const late = pay(referral.facts.refereeId, { kind: 'renewal', amount: 700 });
    await apply(late, late);
    await apply(late);
    expect(await balance(referral.facts.referrerId)).toEqual([120, 0, 0]);
    const bonus = (await listBonuses(db, { userId: referral.facts.referrerId, limit: 10 })).data.find(({ amount }) => amount === 70)!;
    expect(await getBonus(db, { bonusId: bonus.id })).toMatchObject({
      event: 'cashback', unit: 'EUR', base: 700, multiplier: 1_000, level: 1, status: 'paid', programmeVersion: 1,
      calculation: {
        grantKey: `${referral.id}|cashback|${late.id}|referrer|`, formula: 'floor(700 × 1000 / 10000) = 70', score: 7, paidRefereesAtBooking: 1,
        payment: { amount: 700, currency: 'EUR', returnedAmount: 0, disputedAmount: 0 },
        triggeredAt: inHours(-20), claimAt: null, held: 0, decisions: [],
        assessments: [{ score: 7, paymentId: null, assessedAt: NOW }, { score: 7, paymentId: early.id, assessedAt: NOW }],
      },
    });
  });

  it('of the qualifying payment waits for the assessment that names it, later ones do not', async () => {
    const referral = new ToldReferral(next('referrer'), next('referee'), inHours(-48));
    const first = pay(referral.facts.refereeId);
    await deliver(db, [referral.registered(), referral.assessed(1, 0, null, NOW)]);
    await apply(first);
    expect(await balance(referral.facts.referrerId)).toEqual([0, 100, 0]);
    await deliver(db, [referral.qualified(inHours(-20), first.id), referral.assessed(2, 0, first.id, NOW)]);
    expect(await balance(referral.facts.referrerId)).toEqual([100, 0, 0]);
    await apply(pay(referral.facts.refereeId, { occurredAt: inHours(-1) }));
    expect(await balance(referral.facts.referrerId)).toEqual([200, 0, 0]);
  });

  it('is booked once when eight registrations and payments race', async () => {
    const all = Array.from({ length: 8 }, () => new ToldReferral(next('racer'), next('raced'), inHours(-48)));
    await Promise.all(all.flatMap((referral) => [
      deliver(db, [referral.registered()]), apply(pay(referral.facts.refereeId, { id: `of-${referral.id}` })), apply(pay(referral.facts.refereeId, { id: `of-${referral.id}` })),
    ]));
    const rows = await test.rows<{ n: number }>(
      `select count(*)::int as n from rewards.bonus where family = 'cashback' and referral_id = any($1) group by referral_id`, [all.map(({ id }) => id)]);
    expect(rows).toEqual(Array.from({ length: 8 }, () => ({ n: 1 })));
  });
});

describe('a refund', () => {
  it('of a third, three times, takes back exactly what was granted, and no more than the rest is applied', async () => {
    const { payment, referrer } = await newReferral(undefined, { amount: 999 });
    expect(await balance(referrer)).toEqual([99, 0, 0]);
    const seen: unknown[] = [];
    for (let i = 0; i < 3; i += 1) {
      await refund({ paymentId: payment.id, amount: 333 });
      seen.push(await balance(referrer));
    }
    expect(seen).toEqual([[66, 0, 0], [33, 0, 0], [0, 0, 0]]);
    expect(await refund({ paymentId: payment.id, amount: 5 })).toBe(0);
    expect((await listBonuses(db, { userId: referrer, limit: 10 })).data.find(({ event }) => event === 'cashback')).toMatchObject({ status: 'clawed_back', takenBack: 99 });
  });

  it('is a duplicate with the same content, a conflict with any other, and capped; a cumulative figure counts what is new', async () => {
    const { payment, referrer } = await newReferral();
    const one: RefundRequest = { id: next('refund'), paymentId: payment.id, amount: 400 };
    const tell = (request: RefundRequest) => run((tx) => applyRefunds(tx, [request]));
    expect([await tell(one), await tell(one), await tell({ ...one, amount: 401 })].map(outcomeOf)).toEqual(['applied', 'duplicate', 'id_conflict']);
    expect(await refund({ paymentId: payment.id, amount: 400, cumulative: true })).toBe(0);
    expect(await refund({ paymentId: payment.id, amount: 700, cumulative: true })).toBe(300);
    expect(await refund({ paymentId: payment.id, amount: 900 })).toBe(300);
    expect(await balance(referrer)).toEqual([0, 0, 0]);
  });

  it('before its payment, and both before the referral, waits and is applied then', async () => {
    const referral = new ToldReferral(next('referrer'), next('referee'), inHours(-48));
    const payment = pay(referral.facts.refereeId);
    const one = { id: next('refund'), paymentId: payment.id, amount: 300, occurredAt: inHours(-1) };
    expect(await refund(one)).toBeNull();
    await apply(payment);
    expect(await refund(one)).toBe(300);
    await deliver(db, [referral.registered(), referral.assessed(1, 0, null, NOW), referral.assessed(2, 0, payment.id, NOW)]);
    expect(await balance(referral.facts.referrerId)).toEqual([70, 0, 0]);
  });

  it('of what is held shrinks the hold, and a spent one becomes a debt that later bonuses of the unit pay first', async () => {
    const held = new ToldReferral(next('referrer'), next('referee'), inHours(-48));
    const waiting = pay(held.facts.refereeId);
    await deliver(db, [held.registered()]);
    await apply(waiting);
    await refund({ paymentId: waiting.id, amount: 250 });
    expect(await balance(held.facts.referrerId)).toEqual([0, 75, 0]);
    const { payment, referral, referrer } = await newReferral();
    expect(outcomeOf(await spend(referrer, 80))).toBe('applied');
    await refund({ paymentId: payment.id, amount: 1_000 });
    expect(await balance(referrer)).toEqual([0, 0, 80]);
    await apply(pay(referral.facts.refereeId, { occurredAt: inHours(-2), amount: 500 }));
    expect(await balance(referrer)).toEqual([0, 0, 30]);
    await apply(pay(referral.facts.refereeId, { occurredAt: inHours(-1), amount: 500 }));
    expect(await balance(referrer)).toEqual([20, 0, 0]);
  });
});

describe('a dispute', () => {
  it('opened holds, won releases', async () => {
    const { payment, referrer } = await newReferral();
    await dispute({ id: next('d'), paymentId: payment.id, status: 'opened' });
    const id = `d-${count}`;
    expect([await balance(referrer), await balance(referrer, 'credits')]).toEqual([[0, 100, 0], [5, 25, 0]]);
    expect((await listBonuses(db, { userId: referrer, status: 'held', limit: 9 })).data.map(({ holdReason }) => holdReason)).toEqual(['dispute', 'dispute']);
    expect(outcomeOf(await dispute({ id, paymentId: payment.id, status: 'won' }))).toBe('applied');
    expect([await balance(referrer), await balance(referrer, 'credits')]).toEqual([[100, 0, 0], [30, 0, 0]]);
    expect(outcomeOf(await dispute({ id, paymentId: payment.id, status: 'opened' }))).toBe('duplicate');
  });

  it('lost takes back in full or in proportion, also when it is heard of first', async () => {
    const [full, part] = [await newReferral(), await newReferral()];
    for (const [{ payment }, amount] of [[full, undefined], [part, 500]] as const) {
      const one = { id: next('d'), paymentId: payment.id, ...(amount && { amount }) };
      await dispute({ ...one, status: 'lost', occurredAt: inHours(0) });
      await dispute({ ...one, status: 'opened', occurredAt: inHours(-1) });
    }
    expect([await balance(full.referrer), await balance(part.referrer)]).toEqual([[0, 0, 0], [50, 0, 0]]);
  });

  it('of what was spent holds what is left of it, and becomes a debt only when it is lost', async () => {
    const { payment, referrer } = await newReferral();
    await spend(referrer, 70);
    const id = next('d');
    await dispute({ id, paymentId: payment.id, status: 'opened' });
    expect(await balance(referrer)).toEqual([0, 30, 0]);
    await dispute({ id, paymentId: payment.id, status: 'lost' });
    expect(await balance(referrer)).toEqual([0, 0, 70]);
  });
});

describe('a redemption', () => {
  it('is done once by its id, never below zero, and only of what can be spent', async () => {
    const { referrer } = await newReferral();
    const id = next('spend');
    expect(outcomeOf(await spend(referrer, 60, 'EUR', id))).toBe('applied');
    expect(outcomeOf(await spend(referrer, 60, 'EUR', id))).toBe('duplicate');
    expect(outcomeOf(await spend(referrer, 61, 'EUR', id))).toBe('id_conflict');
    expect(outcomeOf(await spend(referrer, 41))).toBe('insufficient_balance');
    expect(outcomeOf(await spend('nobody', 1))).toBe('insufficient_balance');
    for (const unit of ['access_days', 'EURO']) expect(outcomeOf(await spend(referrer, 1, unit))).toBe('not_redeemable');
    expect(await balance(referrer)).toEqual([40, 0, 0]);
  });

  it('of twenty at the same time succeeds as often as the balance lasts', async () => {
    const { referrer } = await newReferral();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => spend(referrer, 30)));
    expect(outcomes.map(outcomeOf).filter((outcome) => outcome === 'applied')).toHaveLength(3);
    expect(await balance(referrer)).toEqual([10, 0, 0]);
  });
});

describe('a revoked qualification', () => {
  const statuses = async (userId: string) => (await listBonuses(db, { userId, limit: 20 })).data.filter(({ event }) => event !== 'cashback').map(({ event, status }) => `${event} ${status}`).sort();

  it('takes back what qualified and retained paid, counts for no tier, and the next payment earns anew, in whichever order', async () => {
    const orders = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 1, 0, 3]];
    const seen = [];
    for (const order of orders) {
      const { referral, payment, referrer } = await newReferral();
      const other = `other-${payment.id}`;
      const told = [
        referral.retained(NOW, payment.id), referral.revoked(payment.id, 5, NOW), referral.requalified(inHours(-10), other, 5), referral.assessed(3, 0, other, NOW)];
      for (const index of order) await deliver(db, [told[index]!, again(told[index]!)]);
      seen.push([await statuses(referrer), await balance(referrer, 'credits'), (await getTier(db, { userId: referrer })).qualifiedCount]);
    }
    for (const one of seen) expect(one[0]).toEqual(expect.arrayContaining(['qualified clawed_back', 'qualified paid', 'registered paid']));
    expect(seen.map(([, credits, qualified]) => [credits, qualified])).toEqual(orders.map(() => [[30, 0, 0], 1]));
  });

  it('brings the count down, and the tier with it', async () => {
    const referrer = next('referrer');
    const all = [];
    for (let i = 0; i < 5; i += 1) all.push(await newReferral(referrer));
    expect(await getTier(db, { userId: referrer })).toMatchObject({ tier: 'silver', qualifiedCount: 5 });
    const { referral, payment } = all[2]!;
    await deliver(db, [referral.revoked(payment.id, 5, NOW)]);
    expect(await getTier(db, { userId: referrer })).toMatchObject({ tier: 'bronze', qualifiedCount: 4 });
    const changes = (await test.emitted('rewards', 'tier.changed')).filter((event) => event.aggregateId === referrer).map(({ data }) => data['tier']);
    expect(changes).toEqual(['silver', 'bronze']);
  });
});

describe("a person's decision", () => {
  it('approves: what is held and what score alone rejected is paid, and later bonuses up to the score', async () => {
    for (const score of [40, 65, 95]) {
      const referral = new ToldReferral(next('referrer'), next('referee'), inHours(-48));
      const approved = referral.decided('approved', score, NOW);
      await deliver(db, [referral.registered(), referral.assessed(1, score, null, NOW)]);
      await deliver(db, [approved, again(approved)]);
      await deliver(db, [referral.activated(NOW)]);
      expect([await balance(referral.facts.referrerId, 'credits'), await balance(referral.facts.refereeId, 'credits')]).toEqual([[15, 0, 0], [25, 0, 0]]);
      await deliver(db, [referral.assessed(2, 100, null, inHours(1))]);
      await deliver(db, [referral.appActivated(inHours(2), 'mail')]);
      expect(await balance(referral.facts.referrerId, 'credits')).toEqual([15, 0, 0]);
    }
  });

  it('rejects, for good: both parties, all units, and what comes later; it counts for no tier and no level', async () => {
    const { referral, payment, referrer } = await newReferral();
    await deliver(db, [referral.decided('rejected', 65, NOW)]);
    await deliver(db, [referral.activated(NOW), referral.decided('approved', 65, inHours(1)), referral.assessed(3, 0, payment.id, inHours(1))]);
    await apply(pay(referral.facts.refereeId));
    expect([await balance(referrer), await balance(referrer, 'credits'), await balance(referral.facts.refereeId, 'credits')]).toEqual([[0, 0, 0], [0, 0, 0], [0, 0, 0]]);
    expect((await getTier(db, { userId: referrer })).qualifiedCount).toBe(0);
    const [row] = await test.rows(`select paid_count from rewards.referrer where user_id = $1`, [referrer]);
    expect(row).toEqual({ paid_count: 0 });
  });
});

it('keeps books that balance, and one end for every order of arrival, over random histories of money', async () => {
  const fact = fc.oneof(
    fc.record({ kind: fc.constant('pay' as const), n: fc.nat(3), amount: fc.integer({ min: 1, max: 5_000 }), at: fc.integer({ min: -60, max: -1 }) }),
    fc.record({ kind: fc.constant('refund' as const), n: fc.nat(3), amount: fc.integer({ min: 1, max: 5_000 }), at: fc.integer({ min: -30, max: -1 }) }),
    fc.record({ kind: fc.constant('dispute' as const), n: fc.nat(3), status: fc.constantFrom('opened', 'won', 'lost'), at: fc.integer({ min: -30, max: -1 }) }),
    fc.record({ kind: fc.constant('score' as const), score: fc.constantFrom(0, 20, 65, 95) }),
    fc.record({ kind: fc.constant('decide' as const), decision: fc.constantFrom('approved', 'rejected', 'escalated') }),
  );
  const histories = fc.sample(fc.tuple(fc.array(fact, { minLength: 1, maxLength: 10 }), fc.integer()), { numRuns: 150, seed: 11 });
  const live = async (list: (typeof histories)[number][0], shuffle: number | null, areScoresFirst = true): Promise<{ id: string; end: unknown }> => {
    const referral = new ToldReferral(next('random'), next('payer'), inHours(-48));
    const payer = referral.facts.refereeId;
    let scores = 1;
    const steps: (() => Promise<unknown>)[] = [() => deliver(db, [referral.registered()])];
    const scored: (() => Promise<unknown>)[] = [() => deliver(db, [referral.assessed(1, 0, `${payer}-0`, inHours(-48))])];
    const payments = new Set<number>();
    list.forEach((one, i) => {
      if (one.kind === 'pay' && !payments.has(one.n)) {
        payments.add(one.n);
        const request = pay(payer, { id: `${payer}-${one.n}`, amount: one.amount, occurredAt: inHours(one.at) });
        steps.push(() => apply(request, request));
      }
      const paymentId = `${payer}-${'n' in one ? one.n : 0}`;
      if (one.kind === 'refund') {
        const request = { id: `${payer}-r${i}`, paymentId, amount: one.amount, occurredAt: inHours(one.at) };
        steps.push(() => run((tx) => applyRefunds(tx, [request, request])));
      }
      if (one.kind === 'dispute') {
        const request = { id: `${payer}-d${one.n}`, paymentId, status: one.status as 'opened', occurredAt: inHours(one.at) };
        steps.push(() => dispute(request));
      }
      if (one.kind === 'score') {
        const event = referral.assessed((scores += 1), one.score, `${payer}-0`, inHours(-10 + scores));
        scored.push(() => deliver(db, [event, again(event)]));
      }
      if (one.kind === 'decide') {
        const event = referral.decided(one.decision, 65, inHours(-10 + scores + 0.5));
        steps.push(() => deliver(db, [event, again(event)]));
      }
    });
    const free = areScoresFirst ? steps : [...steps, ...scored];
    const ordered = shuffle === null ? free : fc.sample(fc.shuffledSubarray(free, { minLength: free.length }), { numRuns: 1, seed: shuffle })[0]!;
    for (const step of [...(areScoresFirst ? scored : []), ...ordered]) await step();
    const [row] = await test.rows<{ paying_count: number; paid_count: number }>(
      'select r.paying_count, k.paid_count from rewards.referral r join rewards.referrer k on k.user_id = r.referrer_id where r.id = $1', [referral.id]);
    return { id: referral.id, end: [await balance(referral.facts.referrerId), row] };
  };
  const cashback = async (id: string) => new Map((await test.rows<{ n: string; was_paid: boolean; state: unknown }>(
    `select right(payment_id, 1) as n, was_paid, json_build_object('held', held, 'left', case status when 'rejected' then 0 else amount - held - taken_back end) as state from rewards.bonus where referral_id = $1 and family = 'cashback'`, [id],
  )).map((one) => [one.n, one]));
  for (const [index, [list, seed]] of histories.entries()) {
    const first = await live(list, null);
    expect([list, (await live(list, seed)).end]).toEqual([list, first.end]);
    if (index % 5 > 0) continue;
    // wherever scores come in, the one difference is what had been paid by then: that stays paid
    const [expected, late] = [await cashback(first.id), await cashback((await live(list, seed + 1, false)).id)];
    expect([list, [...late.keys()].sort()]).toEqual([list, [...expected.keys()].sort()]);
    for (const [n, one] of late) {
      const alike = expected.get(n)!;
      if (!one.was_paid || alike.was_paid) expect([list, n, one.state]).toEqual([list, n, alike.state]);
    }
  }
  const differences: Difference[] = [];
  await recompute(db, (difference) => differences.push(difference));
  expect(differences).toEqual([]);
  const wrong = await test.rows(`
    select a.* from rewards.account a
    left join lateral (select coalesce(sum(case when t.credit_account = a.id then t.amount else -t.amount end), 0) as recount
      from rewards.transfer t where a.id in (t.credit_account, t.debit_account)) as r on true
    where a.balance is not null and a.balance <> r.recount or a.balance < 0 and a.kind <> 'debt'`);
  expect(wrong).toEqual([]);
  const sums = await test.rows<{ sum: string }>(`
    select sum(case when a.id = t.credit_account then t.amount else -t.amount end) as sum
    from rewards.transfer t join rewards.account a on a.id in (t.credit_account, t.debit_account) group by t.unit`);
  expect(new Set(sums.map(({ sum }) => Number(sum)))).toEqual(new Set([0]));
}, 300_000);
