import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { applyPayments } from './apply-payments.js';
import { applyDisputes, applyRefunds } from './apply-returns.js';
import { recompute, type Difference } from './recompute.js';
import { redeem } from './redeem.js';
import { releaseHolds } from './release-holds.js';
import { deliver, ToldReferral } from './told.fixture.js';

const NOW = '2026-03-10T12:00:00.000Z';
const inHours = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();
let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('rewards');
  await test.setClock(new Date(NOW));
});
afterAll(() => test.close());

const n = fc.nat(2);
const amount = fc.integer({ min: 1, max: 5_000 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pay' as const), n, amount, at: fc.integer({ min: -40, max: -1 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('refund' as const), n, amount }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('dispute' as const), n, status: fc.constantFrom('opened' as const, 'won' as const, 'lost' as const) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('spend' as const), amount: fc.integer({ min: 1, max: 200 }), unit: fc.constantFrom('EUR', 'EUR', 'credits') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('decide' as const), decision: fc.constantFrom('approved' as const, 'rejected' as const) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'release' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'erase' as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** One referral's life, with a referrer who spends what comes in, and may be erased in the middle of it. */
async function live(index: number, score: number, steps: readonly Step[]): Promise<void> {
  const told = new ToldReferral(`spender-${index}`, `payer-${index}`, inHours(-48));
  const { referrerId, refereeId: userId } = told.facts;
  const [first] = steps.flatMap((one) => (one.kind === 'pay' ? [`${userId}-${one.n}`] : []));
  await deliver(db, [told.registered(), told.assessed(1, score, null, inHours(-48))]);
  for (const [i, one] of steps.entries()) {
    const id = `${userId}-${i}`;
    const paymentId = 'n' in one ? `${userId}-${one.n}` : '';
    if (one.kind === 'pay') {
      const payment = { id: paymentId, userId, kind: 'purchase' as const, amount: one.amount, currency: 'EUR', status: 'settled' as const, occurredAt: inHours(one.at) };
      await db.transaction((tx) => applyPayments(tx, [payment]));
      if (paymentId === first) await deliver(db, [told.qualified(inHours(one.at), paymentId), told.assessed(2, score, paymentId, inHours(-1))]);
    }
    if (one.kind === 'refund') await db.transaction((tx) => applyRefunds(tx, [{ id, paymentId, amount: one.amount, occurredAt: inHours(-1) }]));
    if (one.kind === 'dispute') await db.transaction((tx) => applyDisputes(tx, [{ id: `${paymentId}-d`, paymentId, status: one.status, occurredAt: inHours(-1) }]));
    if (one.kind === 'spend') await db.transaction((tx) => redeem(tx, [{ id, userId: referrerId, unit: one.unit, amount: one.amount }]));
    if (one.kind === 'decide') await deliver(db, [told.decided(one.decision, score, inHours(i))]);
    if (one.kind === 'release') await db.transaction((tx) => releaseHolds(tx, { limit: 1_000 }));
    if (one.kind === 'erase') await test.rows('select rewards.erase_user($1, $2)', [referrerId, `erased:${uuidv7()}`]);
  }
}

it('books balance and add up to the bonuses, though balances are spent, grants held, and people erased before refunds and disputes come', async () => {
  const histories = fc.sample(fc.tuple(fc.constantFrom(0, 0, 40, 65), fc.array(step, { minLength: 10, maxLength: 24 })), { numRuns: 70, seed: 5 });
  for (const [index, [score, steps]] of histories.entries()) await live(index, score, [{ kind: 'pay', n: 0, amount: 3_000, at: -20 }, ...steps]);
  const recount = await test.rows(`select a.id from rewards.account a
    cross join lateral (select coalesce(sum(case when t.credit_account = a.id then t.amount else -t.amount end), 0) as sum
      from rewards.transfer t where a.id in (t.credit_account, t.debit_account)) n
    where a.balance is not null and (a.balance <> n.sum or a.kind <> 'debt' and a.balance < 0)`);
  expect(recount).toEqual([]);
  const unequal = await test.rows(`with booked as (
      select user_id, unit, sum(amount - held - taken_back) filter (where status <> 'rejected') as given, sum(held) as held from rewards.bonus group by 1, 2),
    spent as (select user_id, unit, sum(amount) as amount from rewards.redemption group by 1, 2),
    forgiven as (select a.user_id, a.unit, sum(t.amount) as amount from rewards.transfer t join rewards.account a on a.id = t.credit_account
      where t.reason = 'debt_write_off' group by 1, 2),
    stored as (select user_id, unit, sum(balance) filter (where kind <> 'held') as balance, sum(balance) filter (where kind = 'held') as held
      from rewards.account where user_id is not null group by 1, 2)
    select * from stored full join booked using (user_id, unit) left join spent using (user_id, unit) left join forgiven using (user_id, unit)
    where coalesce(booked.held, 0) <> coalesce(stored.held, 0) or (unit <> 'access_days' and
      coalesce(booked.given, 0) - coalesce(spent.amount, 0) + coalesce(forgiven.amount, 0) <> coalesce(stored.balance, 0))`);
  expect(unequal).toEqual([]);
  const [seen] = await test.rows(`select count(*) filter (where reason = 'debt')::int > 5 as debts, count(*) filter (where reason = 'redemption')::int > 10 as spent,
    count(*) filter (where reason = 'debt_write_off')::int > 0 as forgiven, count(*) filter (where reason = 'dispute_opened')::int > 5 as disputed from rewards.transfer`);
  expect(seen).toEqual({ debts: true, spent: true, forgiven: true, disputed: true });
  const differences: Difference[] = [];
  expect(await recompute(db, (difference) => differences.push(difference))).toBeGreaterThan(200);
  expect(differences).toEqual([]);
}, 240_000);
