import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestDatabase } from '@referrals/testing';
import type { Database } from './database.js';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('codes');
});
afterAll(() => test.close());

describe('a room’s connection', () => {
  it.each([['statement_timeout', '5s'], ['lock_timeout', '2s'], ['idle_in_transaction_session_timeout', '15s']])('lets nothing hang: %s is %s', async (name, value) => {
    expect(await db.rows('select current_setting($1) as value', [name])).toEqual([{ value }]);
  });

  it('waits no longer than that for a lock', async () => {
    const holder = await test.owner.connect();
    try {
      await holder.query('begin');
      await holder.query('select pg_advisory_xact_lock(42)');
      await expect(db.rows('select pg_advisory_xact_lock(42)')).rejects.toMatchObject({ code: '55P03' });
    } finally {
      await holder.query('rollback');
      holder.release();
    }
  });
});
