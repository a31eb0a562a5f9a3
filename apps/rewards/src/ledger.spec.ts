import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { releaseHolds } from './release-holds.js';
import { deliver, ToldReferral } from './told.fixture.js';

const NOW = new Date('2026-03-10T12:00:00.000Z');
let test: TestDatabase;
let db: Database;
let replica: pg.Client;

beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('rewards');
  replica = new pg.Client({ connectionString: test.url });
  await replica.connect();
  await replica.query('set session_replication_role = replica');
});
afterAll(async () => {
  await replica.end();
  await test.close();
});
beforeEach(() => test.setClock(NOW));

const referral = (referrer: string, referee: string): ToldReferral => new ToldReferral(referrer, referee, NOW.toISOString());

describe('the ledger', () => {
  it.each(['update rewards.transfer set amount = amount + 1', 'delete from rewards.transfer', 'truncate rewards.transfer'])(
    'refuses "%s" to the room, to the owner and to a replica session', async (sql) => {
      await deliver(db, [referral('till', `nina-${sql.length}`).registered()]);
      await expect(db.rows(sql)).rejects.toMatchObject({ code: '42501' });
      await expect(test.rows(sql)).rejects.toMatchObject({ code: '23001' });
      await expect(replica.query(sql)).rejects.toMatchObject({ code: '23001' });
    });

  it('lets the room change no balance but by a transfer', async () => {
    await expect(db.rows('update rewards.account set balance = balance + 1')).rejects.toMatchObject({ code: '42501' });
    const gift = `insert into rewards.account (user_id, unit, kind, balance) values ('me', 'credits', 'available', 100)`;
    await expect(db.rows(gift)).rejects.toMatchObject({ code: '42501' });
  });

  const transfer = (from: string, to: string, unit: string, amount: number) => db.rows(
    `insert into transfer (debit_account, credit_account, unit, amount, reason, created_at)
     select d.id, c.id, $3, $4, 'redemption', now() from account d, account c
     where d.kind = $1 and c.kind = $2 and d.unit = 'credits' and c.unit = 'credits' and coalesce(d.user_id, 'till') = 'till' and coalesce(c.user_id, 'till') = 'till'`, [from, to, unit, amount]);

  it('refuses a transfer in another unit than its accounts have, to an unknown account, to itself, and of nothing', async () => {
    await expect(transfer('programme', 'available', 'EUR', 5)).rejects.toMatchObject({ code: '23503' });
    await expect(transfer('programme', 'programme', 'credits', 5)).rejects.toMatchObject({ code: '23514' });
    await expect(transfer('programme', 'available', 'credits', 0)).rejects.toMatchObject({ code: '23514' });
    await expect(db.rows(`insert into transfer (debit_account, credit_account, unit, amount, reason, created_at)
      select id, uuid_v7(), 'credits', 5, 'bonus', now() from account limit 1`)).rejects.toMatchObject({ code: '23503' });
  });

  it('lets no balance fall below zero', async () => {
    await expect(transfer('available', 'programme', 'credits', 1)).rejects.toMatchObject({ code: '23514' });
  });

  it('lies in a schema of its own: another room cannot read it, nor this one theirs', async () => {
    const fraud = await test.open('fraud');
    await expect(fraud.rows('select * from rewards.transfer')).rejects.toMatchObject({ code: '42501' });
    await expect(db.rows('select * from fraud.outbox')).rejects.toMatchObject({ code: '42501' });
  });
});

it('balances equal a recount, and every unit adds up to zero, after a random run on few users by several consumers', async () => {
  const user = fc.integer({ min: 0, max: 4 }).map((i) => `random-${i}`);
  const run = fc.sample(fc.record({ user, score: fc.integer({ min: 0, max: 100 }), second: fc.integer({ min: 0, max: 100 }) }), { numRuns: 120, seed: 7 });
  const lists = run.map(({ user: referrer, score, second }, i) => {
    const one = referral(referrer, `random-referee-${i}`);
    const at = NOW.toISOString();
    return [one.registered(), one.assessed(1, score, null, at), one.activated(at), one.qualified(at, `payment-${i}`), one.assessed(2, second, `payment-${i}`, at)];
  });
  await Promise.all([0, 1, 2].map(async (worker) => {
    for (let step = 0; step < 5; step += 1) {
      for (let i = worker * 10; i < lists.length; i += 30) await deliver(db, lists.slice(i, i + 10).map((list) => list[step]!));
      if (worker === 0) await test.setClock(new Date(NOW.getTime() + step * 24 * 3_600_000));
      await db.transaction((tx) => releaseHolds(tx, { limit: 20 }));
    }
  }));
  const wrong = await test.rows(`
    select a.* from rewards.account a
    left join lateral (select coalesce(sum(case when t.credit_account = a.id then t.amount else -t.amount end), 0) as recount
      from rewards.transfer t where a.id in (t.credit_account, t.debit_account)) as r on true
    where a.balance is not null and a.balance <> r.recount`);
  expect(wrong).toEqual([]);
  const [sums] = await test.rows<{ held: string; paid: string; programme: string; users: string }>(`
    select (select sum(amount) from rewards.bonus where status in ('held', 'pending')) as held,
      (select sum(amount) from rewards.bonus where status = 'paid') as paid,
      (select sum(case when t.credit_account = a.id then t.amount else -t.amount end) from rewards.transfer t, rewards.account a
        where a.kind = 'programme' and a.id in (t.credit_account, t.debit_account)) as programme,
      (select sum(balance) from rewards.account) as users`);
  expect(Number(sums!.programme) + Number(sums!.users)).toBe(0);
  expect(Number(sums!.held) + Number(sums!.paid)).toBe(Number(sums!.users));
  expect(Number(sums!.paid)).toBeGreaterThan(0);
});
