import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { events } from '@referrals/contracts';
import { batchReward, type BatchReferral, type SubscriptionStatus } from '@referrals/domain';
import type { AnyEvent } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { getBalances } from './get-balances.js';
import { getBatchReward, recomputeBatchRewards } from './batch-rewards.js';
import { redeem } from './redeem.js';
import { setSubscription } from './set-subscription.js';
import { deliver, ToldReferral } from './told.fixture.js';

const NOW = new Date('2026-03-30T12:00:00.000Z');
const day = (days: number): string => new Date(NOW.getTime() + days * 86_400_000).toISOString();
let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('rewards');
});
afterAll(() => test.close());
beforeEach(() => test.setClock(NOW));

let sequence = 0;
type Account = Partial<{ isActive: boolean; isVerified: boolean; createdAt: string | null; occurredAt: string }>;
const user = (userId: string, { isActive = true, isVerified = true, createdAt = day(-20), occurredAt = day(-20) }: Account = {}): AnyEvent => ({
  id: uuidv7(), type: events.userUpdated.type, aggregateId: userId, sequence: (sequence += 1), occurredAt,
  data: { userId, displayName: null, createdAt, isActive, isVerified, locale: null, stripeCustomerId: null, sealedEmail: null, occurredAt } as never,
});
const recompute = (userId?: string) => db.transaction((tx) => recomputeBatchRewards(tx, userId === undefined ? {} : { userId }));

interface Friend {
  name: string;
  group?: string | null;
  isShared?: boolean;
  registered?: number;
  account?: Account | null;
  plan?: { plan?: string; status?: SubscriptionStatus; startedAt?: string; expiresAt?: string | null } | null;
}
async function bring(referrer: string, { name, group = name, isShared = false, registered = -10, account = {}, plan = {} }: Friend): Promise<ToldReferral> {
  const told = new ToldReferral(referrer, name, day(registered));
  const address = { known: group !== null, group, sharedWithReferrer: isShared };
  await deliver(db, [told.registered(), told.assessed(1, 0, null, day(registered), address), ...(account ? [user(name, account)] : [])]);
  if (plan) {
    await db.transaction((tx) => setSubscription(tx, {
      userId: name, plan: 'pro', status: 'active', startedAt: day(-9), occurredAt: day(-8), ...plan,
    }));
  }
  return told;
}

describe('a batch reward', () => {
  it('is 5 slots and a badge for 3 eligible referrals, each other one counted under the first rule it fails', async () => {
    const friends: Friend[] = [
      { name: 'ok-1' }, { name: 'ok-2' }, { name: 'ok-3' },
      { name: 'fresh', plan: { startedAt: day(-6) } }, { name: 'young', account: { createdAt: day(-6) }, group: null },
      { name: 'nowhere', group: null, isShared: true }, { name: 'same-house', isShared: true, group: 'ok-1' }, { name: 'twin', group: 'ok-1', registered: -5 },
      { name: 'guest', plan: null }, { name: 'free', plan: { plan: 'free' } }, { name: 'unverified', account: { isVerified: false } },
      { name: 'inactive', account: { isActive: false } }, { name: 'over', plan: { expiresAt: day(-1) } }, { name: 'trial', plan: { status: 'trialing' } },
      { name: 'stranger', account: null },
    ];
    for (const friend of friends) await bring('till', friend);
    expect(await getBatchReward(db, { userId: 'till' })).toMatchObject({ referredTotal: 0, slots: 0, badge: null, computedAt: null });
    expect(await recompute('till')).toMatchObject({ processed: 1, updated: 1 });
    expect(await getBatchReward(db, { userId: 'till' })).toEqual({
      userId: 'till', referredTotal: 15, candidates: 8, eligible: 3, cooldownDays: 7,
      disqualified: { cooldown: 2, missingIp: 1, sharedIp: 1, duplicateIp: 1 }, slots: 5, badge: 'verified_referrer', computedAt: NOW.toISOString(),
    });
    expect(await recompute('till')).toMatchObject({ processed: 1, updated: 0 });
    const slots = `select kind, balance::int from rewards.account where user_id = 'till' and unit = 'slots' and balance <> 0`;
    expect(await test.rows(slots)).toEqual([{ kind: 'available', balance: 5 }]);
    await deliver(db, [user('ok-2', { isActive: false })]);
    expect(await recompute()).toMatchObject({ updated: 1 });
    expect(await getBatchReward(db, { userId: 'till' })).toMatchObject({ eligible: 2, slots: 0, badge: null });
    expect(await test.rows(slots)).toEqual([]);
    await deliver(db, [user('ok-2')]);
    await recompute();
    expect(await test.rows(slots)).toEqual([{ kind: 'available', balance: 5 }]);
  });

  it('that is taken back after its slots were spent leaves a debt, which the next slots pay first', async () => {
    for (const name of ['s-1', 's-2', 's-3']) await bring('spender', { name });
    await recompute('spender');
    const spend = (amount: number) => db.transaction((tx) => redeem(tx, [{ id: uuidv7(), userId: 'spender', unit: 'slots', amount }]));
    expect(await spend(3)).toMatchObject([{ outcome: 'applied' }]);
    const slots = async () => (await getBalances(db, { userId: 'spender' })).balances.filter(({ unit }) => unit === 'slots');
    await deliver(db, [user('s-1', { isActive: false })]);
    await recompute();
    expect(await slots()).toEqual([{ unit: 'slots', available: 0, held: 0, debt: 3 }]);
    await recompute();
    await deliver(db, [user('s-1')]);
    await recompute();
    expect(await slots()).toEqual([{ unit: 'slots', available: 2, held: 0, debt: 0 }]);
    expect(await spend(3)).toMatchObject([{ code: 'insufficient_balance' }]);
    expect(await test.rows(`select reason, sum(amount)::int as amount from rewards.transfer t join rewards.account a on a.id in (t.debit_account, t.credit_account)
      where a.user_id = 'spender' and a.unit = 'slots' and a.kind = 'available' group by reason order by reason`)).toEqual([
      { reason: 'bonus', amount: 10 }, { reason: 'clawback', amount: 2 }, { reason: 'debt_repayment', amount: 3 }, { reason: 'redemption', amount: 3 }]);
  });

  it.each([[[1, 2, 3]], [[3, 2, 1]], [[2, 3, 1]]])('keeps the address of the first assessment and that any found it shared, told in the order %j', async (order) => {
    const told = await bring('vera', { name: `verdict-${order.join('-')}`, group: 'a' });
    const verdicts = [null, { known: false, group: null, sharedWithReferrer: false }, { known: true, group: 'b', sharedWithReferrer: true }];
    const kept = () => test.rows('select ip_group, is_shared_ip from rewards.referral where id = $1', [told.id]);
    for (const n of order) await deliver(db, [told.assessed(n + 1, 0, null, day(0), verdicts[n - 1] ?? null)]);
    expect(await kept()).toEqual([{ ip_group: 'a', is_shared_ip: true }]);
    await deliver(db, [told.assessed(9, 0, null, day(0), verdicts[1]), told.assessed(8, 0, null, day(0), verdicts[1])]);
    expect(await kept()).toEqual([{ ip_group: 'a', is_shared_ip: true }]);
  });

  it('counts the age of an account that was never told from when it was first seen', async () => {
    await bring('ada', { name: 'aged', account: { createdAt: null, occurredAt: day(-1) }, registered: -8 });
    await bring('ada', { name: 'not-aged', account: { createdAt: null, occurredAt: day(-1) }, registered: -2 });
    await recompute('ada');
    expect(await getBatchReward(db, { userId: 'ada' })).toMatchObject({ eligible: 1, disqualified: { cooldown: 1 } });
  });

  it('of all referrers at once is that of the domain for each', async () => {
    const status = fc.constantFrom<SubscriptionStatus>('trialing', 'active', 'active', 'active', 'past_due', 'canceled', 'unpaid');
    const random = fc.record({
      referrer: fc.integer({ min: 1, max: 40 }), registered: fc.integer({ min: -30, max: 0 }), group: fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')),
      isShared: fc.integer({ min: 0, max: 5 }).map((n) => n === 0), isRejected: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      account: fc.option(fc.record({ isActive: fc.integer({ min: 0, max: 7 }).map((n) => n > 0), isVerified: fc.integer({ min: 0, max: 7 }).map((n) => n > 0),
        created: fc.option(fc.integer({ min: -14, max: 0 })), seen: fc.integer({ min: -14, max: 0 }) }), { freq: 8 }),
      subscription: fc.option(fc.record({ plan: fc.constantFrom(null, 'pro', 'pro', 'free', 'scout'), status, started: fc.integer({ min: -14, max: 0 }),
        expires: fc.option(fc.integer({ min: -3, max: 9 })) }), { freq: 8 }),
    });
    const list = fc.sample(random, { numRuns: 2_000, seed: 7 }).map((item) => ({ ...item, id: uuidv7() }));
    await test.rows(`insert into rewards.referral (id, referrer_id, referee_id, registered_at, is_rejected, ip_group, is_shared_ip)
      select id, 'random-' || referrer, id, registered, "isRejected", "group", "isShared" from json_to_recordset($1) as t(id uuid, referrer text, registered timestamptz,
        "isRejected" boolean, "group" text, "isShared" boolean)`, [JSON.stringify(list.map((item) => ({ ...item, registered: day(item.registered) })))]);
    await test.rows(`insert into rewards.user_fact select id, "isActive", "isVerified", created, seen, 1 from json_to_recordset($1) as t(id text,
      "isActive" boolean, "isVerified" boolean, created timestamptz, seen timestamptz)`, [JSON.stringify(list.flatMap(({ id, account }) => (account ? [{
      id, ...account, created: account.created === null ? null : day(account.created), seen: day(account.seen) }] : [])))]);
    await test.rows(`insert into rewards.subscription (user_id, source, plan, status, started_at, expires_at, occurred_at) select id, source, plan, status, started, expires, started from json_to_recordset($1) as t(id text,
      plan text, status text, started timestamptz, expires timestamptz, source text)`, [JSON.stringify(list.flatMap(({ id, subscription: s }, index) => [
      ...(s ? [{ id, ...s, started: day(s.started), expires: s.expires === null ? null : day(s.expires), source: 'sub_b' }] : []),
      // some had another one before, which says nothing any more
      ...(index % 5 === 0 ? [{ id, plan: 'pro', status: 'canceled', started: day(-40), expires: day(-30), source: 'sub_a' }] : []),
    ]))]);
    await recompute();
    const { batchRewards: rules, freePlans } = await db.programme();
    for (let referrer = 1; referrer <= 40; referrer += 1) {
      const referrals = list.filter((item) => item.referrer === referrer).map(({ id, registered, account, subscription: s, group, isShared, isRejected }): BatchReferral => {
        const since = account && new Date(day(account.created ?? Math.min(account.seen, registered)));
        return {
          referralId: id, registeredAt: new Date(day(registered)), ipGroup: group, isSharedIp: isShared, isRejected,
          account: account && { isActive: account.isActive, isVerified: account.isVerified, since: since! },
          subscription: s && { plan: s.plan, status: s.status, startedAt: new Date(day(s.started)), expiresAt: s.expires === null ? null : new Date(day(s.expires)) },
        };
      });
      expect(await getBatchReward(db, { userId: `random-${referrer}` })).toEqual({
        userId: `random-${referrer}`, computedAt: NOW.toISOString(), ...batchReward(referrals, rules, freePlans, NOW),
      });
    }
    expect(await recompute()).toMatchObject({ updated: 0 });
    const steps: string[] = [];
    for (let after: string | null = ''; after !== null;) {
      const { processed, next } = await db.transaction((tx) => recomputeBatchRewards(tx, { after: after!, limit: 10 }));
      steps.push(String(processed));
      after = next ?? null;
    }
    expect(steps.reduce((sum, n) => sum + Number(n), 0)).toBe(44);
  });
});
