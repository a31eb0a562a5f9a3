import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { eraseUser } from './erase-user.js';

let t: TestDatabase;
let db: Database;
beforeAll(async () => {
  t = await TestDatabase.create();
  db = await t.open('codes');
});
afterAll(() => t.close());

const comesWithAnAutoCode = (userId: string, code: string) =>
  t.rows(`insert into codes.code (id, user_id, code, lookup_key, type, created_at) values ($1, $2, $3, $3, 'auto', common.now())`, [uuidv7(), userId, code]);

it('a user who comes back between two passes of an erasure is erased all the same, under another pseudonym', async () => {
  const pseudonym = `erased:${uuidv4()}`;
  await comesWithAnAutoCode('nina', 'FIRST111');
  await db.transaction((tx) => eraseUser(tx, 'nina', pseudonym));
  await comesWithAnAutoCode('nina', 'SECOND22');
  await db.transaction((tx) => eraseUser(tx, 'nina', pseudonym));
  expect(await db.transaction((tx) => eraseUser(tx, 'nina', pseudonym))).toBe(0); // and a third pass finds nothing
  const owners = (await t.rows<{ user_id: string }>('select user_id from codes.code order by code')).map(({ user_id }) => user_id);
  expect(owners).toEqual([pseudonym, expect.stringMatching(/^erased:[0-9a-f-]{36}$/)]);
  expect(new Set(owners).size).toBe(2);
});
