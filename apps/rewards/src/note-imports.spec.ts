import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { Database, Transaction } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { noteImports } from './note-imports.js';
import { deliver, ToldReferral } from './told.fixture.js';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('rewards');
});
afterAll(() => test.close());

const at = (day: number): string => new Date(Date.UTC(2024, 0, 1 + day)).toISOString();
const history = Array.from({ length: 40 }, (_, n) => ({
  referralId: uuidv7(), referrerId: `referrer-${n % 7}`, refereeId: `referee-${n}`, codeId: uuidv7(), sourceAppId: null, registeredAt: at(n), activatedAt: null,
  qualifiedAt: n % 3 ? null : at(n + 2), retainedAt: n % 6 ? null : at(n + 40),
}));
const told = [{ id: uuidv7(), aggregateId: 'import', sequence: 1, occurredAt: at(0), data: { referrals: history } }];

class Undone extends Error {}

/** What stands after the work, which is undone again. */
async function after(work: (tx: Transaction) => Promise<unknown>): Promise<unknown[]> {
  const stand: unknown[] = [];
  const trial = db.transaction(async (tx) => {
    await work(tx);
    stand.push(await tx.rows(`select to_jsonb(r) - 'decisions' as row, r.decisions::jsonb -> 0 ->> 'decision' as decision from referral r order by r.id`));
    stand.push(await tx.rows('select * from referrer order by user_id'));
    throw new Undone();
  });
  await expect(trial).rejects.toThrow(Undone);
  return stand;
}

it('writes lists whole to the same end as one by one, also where other events of a referral came before', async () => {
  for (const { referralId, referrerId, refereeId, registeredAt } of history.filter((_, n) => n % 4 === 0)) {
    const early = new ToldReferral(referrerId, refereeId, registeredAt, referralId);
    await deliver(db, [early.qualified(at(60), `payment-${referralId}`), early.retained(at(95), `payment-${referralId}`)]);
  }
  const whole = await after((tx) => noteImports(tx, told));
  const alone = await after(async (tx) => {
    for (const referral of history) await tx.rows('select note_imports($1::json, $2)', [JSON.stringify([referral]), tx.now]);
  });
  expect(whole).toEqual(alone);
  expect(whole[0]).toHaveLength(40);
  expect(await after((tx) => noteImports(tx, told).then(() => noteImports(tx, told)))).toEqual(whole);
});
