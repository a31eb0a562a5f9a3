import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Refusal } from '@referrals/domain';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { setClock } from './set-clock.js';

describe('the test clock', () => {
  let t: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    t = await TestDatabase.create();
    db = await t.open('scheduler');
  });
  afterAll(() => t.close());

  const set = (now: string, running: boolean, isAllowed = true) => db.transaction((tx) => setClock(tx, { now, running }, isAllowed));

  it('stands where it was set, for every room, forwards and backwards', async () => {
    const fraud = await t.open('fraud');
    for (const now of ['2030-01-01T00:00:00.000Z', '2020-01-01T00:00:00.000Z']) {
      expect(await set(now, false)).toEqual({ now, running: false });
      expect((await fraud.now()).toISOString()).toBe(now);
    }
  });

  it('goes on from where it was set when it runs', async () => {
    await set('2030-01-01T00:00:00Z', true);
    const [first, second] = [await db.now(), await db.now()];
    expect(first.getTime()).toBeGreaterThanOrEqual(Date.parse('2030-01-01T00:00:00Z'));
    expect(second.getTime()).toBeGreaterThanOrEqual(first.getTime());
    expect(second.getTime() - Date.parse('2030-01-01T00:00:00Z')).toBeLessThan(60_000);
  });

  it('does not exist unless the product was started with one', async () => {
    await t.setClock(null);
    expect(await set('2030-01-01T00:00:00Z', false, false)).toMatchObject({ code: 'not_found' });
    expect(await set('2030-01-01T00:00:00Z', false, false)).toBeInstanceOf(Refusal);
    expect(await t.rows('select * from common.test_clock')).toEqual([]);
  });
});
