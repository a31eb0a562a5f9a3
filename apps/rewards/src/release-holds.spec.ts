import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { events } from '@referrals/contracts';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { BonusEntity } from './bonus.entity.js';
import { getBalances } from './get-balances.js';
import { listBonuses } from './list-bonuses.js';
import { releaseHolds } from './release-holds.js';
import { deliver, ToldReferral } from './told.fixture.js';

const NOW = new Date('2026-03-10T12:00:00.000Z');
const after = (hours: number, seconds = 0): Date => new Date(NOW.getTime() + (hours * 3_600 + seconds) * 1_000);
let test: TestDatabase;
let db: Database;
let count = 0;

beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('rewards', [BonusEntity]);
});
afterAll(() => test.close());
beforeEach(() => test.setClock(NOW));

const release = (limit = 1_000) => db.transaction((tx) => releaseHolds(tx, { limit }));
const newReferral = (referrer?: string): ToldReferral => new ToldReferral(referrer ?? `r-${(count += 1)}`, `e-${(count += 1)}`, NOW.toISOString());
const hold = async (referrals: ToldReferral[], score: number): Promise<void> => {
  await deliver(db, referrals.map((referral) => referral.registered()));
  await deliver(db, referrals.map((referral) => referral.assessed(1, score, null, NOW.toISOString())));
};

it('releases at 48 h and not a second before, and tells it', async () => {
  const referral = newReferral();
  const userId = referral.facts.referrerId;
  await hold([referral], 30);
  await test.setClock(after(48, -1));
  expect(await release()).toEqual({ processed: 0, changed: 0, more: false });
  await test.setClock(after(48));
  expect(await release()).toEqual({ processed: 1, changed: 1, more: false });
  expect((await getBalances(db, { userId })).balances).toEqual([{ unit: 'credits', available: 5, held: 0, debt: 0 }]);
  const [bonus] = (await listBonuses(db, { userId, limit: 1 })).data;
  expect(bonus).toMatchObject({ status: 'paid', holdReason: null, holdUntil: null, releasedAt: after(48).toISOString() });
  expect(bonus!.ledgerEntryIds).toHaveLength(2);
  const [told] = await test.emitted('rewards', 'bonus.released');
  expect(told).toMatchObject({ aggregateId: bonus!.id, sequence: 2, occurredAt: after(48).toISOString() });
  expect(events.bonusReleased.data.parse(told!.data)).toEqual(told!.data);
  expect(await release()).toMatchObject({ changed: 0 });
});

it('pays a debt first, and leaves neither a released bonus nor a debt beside a balance', async () => {
  const referral = newReferral();
  const userId = referral.facts.referrerId;
  await hold([referral], 30);
  await test.rows(`insert into rewards.account (user_id, unit, kind, balance) values ($1, 'credits', 'debt', 0)`, [userId]);
  await test.rows(`insert into rewards.transfer (debit_account, credit_account, unit, amount, reason, created_at)
    select d.id, p.id, 'credits', 3, 'debt', now() from rewards.account d, rewards.account p
    where d.user_id = $1 and d.kind = 'debt' and p.user_id is null and p.unit = 'credits' and p.kind = 'programme'`, [userId]);
  await test.setClock(after(48));
  expect(await release()).toEqual({ processed: 1, changed: 1, more: false });
  expect((await getBalances(db, { userId })).balances).toEqual([{ unit: 'credits', available: 2, held: 0, debt: 0 }]);
});

it('never releases what waits for a person, not even after a year', async () => {
  const referral = newReferral();
  await hold([referral], 60);
  await test.setClock(after(24 * 365));
  await release();
  expect((await getBalances(db, { userId: referral.facts.referrerId })).balances).toEqual([{ unit: 'credits', available: 0, held: 5, debt: 0 }]);
});

it('releases what waited for room under the claim limit when the window has it', async () => {
  const referrer = 'popular';
  await hold(Array.from({ length: 102 }, () => newReferral(referrer)), 0);
  await test.setClock(after(24, -1));
  expect(await release()).toMatchObject({ changed: 0 });
  await test.setClock(after(24));
  expect(await release()).toMatchObject({ changed: 2 });
  expect((await getBalances(db, { userId: referrer })).balances).toMatchObject([{ available: 510, held: 0 }]);
});

it('releases each of 2,000 holds once when schedulers race in bounded steps', async () => {
  const referrals = Array.from({ length: 2_000 }, (_, i) => newReferral(`racer-${i % 40}`));
  for (let i = 0; i < referrals.length; i += 500) await hold(referrals.slice(i, i + 500), 45);
  await test.setClock(after(24 * 10));
  const before = (await test.emitted('rewards', 'bonus.released')).length;
  const scheduler = async (): Promise<number> => {
    let changed = 0;
    for (let step = await release(300); ; step = await release(300)) {
      changed += step.changed;
      if (!step.more) return changed;
    }
  };
  const shares = await Promise.all([scheduler(), scheduler(), scheduler()]);
  const rest = await scheduler();
  expect(shares.reduce((sum, share) => sum + share, rest)).toBe(2_000);
  const [books] = await test.rows<{ transfers: string; available: string }>(`
    select (select count(*) from rewards.transfer t join rewards.bonus b on b.id = t.bonus_id where t.reason = 'release' and b.user_id like 'racer-%') as transfers,
      (select sum(balance) from rewards.account where user_id like 'racer-%' and kind = 'available') as available`);
  expect(books).toEqual({ transfers: '2000', available: '10000' });
  expect((await test.emitted('rewards', 'bonus.released')).length - before).toBe(2_000);
});

it('and a rising score race for a hold, and one of them has it', async () => {
  const referrals = Array.from({ length: 200 }, (_, i) => newReferral(`raced-${i % 10}`));
  await hold(referrals, 45);
  await test.setClock(after(48));
  const shuffled = referrals.toReversed();
  const rescore = async (): Promise<void> => {
    for (let i = 0; i < 200; i += 40) await deliver(db, shuffled.slice(i, i + 40).map((referral) => referral.assessed(2, 70, null, after(48).toISOString())));
  };
  const releaseAll = async (): Promise<void> => {
    for (let i = 0; i < 12; i += 1) await release(25);
  };
  await Promise.all([rescore(), releaseAll()]);
  const [books] = await test.rows<Record<'held' | 'paid' | 'heldBalance' | 'paidBalance', number>>(`
    select count(*) filter (where status = 'held' and hold_reason = 'review')::int * 5 as held, count(*) filter (where status = 'paid')::int * 5 as paid,
      (select sum(balance)::int from rewards.account where user_id like 'raced-%' and kind = 'held') as "heldBalance",
      (select sum(balance)::int from rewards.account where user_id like 'raced-%' and kind = 'available') as "paidBalance"
    from rewards.bonus where user_id like 'raced-%'`);
  expect(books!.held + books!.paid).toBe(1_000);
  expect([books!.heldBalance, books!.paidBalance]).toEqual([books!.held, books!.paid]);
});
