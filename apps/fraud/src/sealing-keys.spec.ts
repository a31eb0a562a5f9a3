import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { rotateSealingKeys, todaysSealingKey } from './sealing-keys.js';

describe('sealing keys', () => {
  let t: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    t = await TestDatabase.create();
    db = await t.open('fraud');
    await db.programme();
  });
  afterAll(() => t.close());
  beforeEach(() => t.rows('delete from fraud.sealing_key'));

  const age = (days: number) => t.rows(`update fraud.sealing_key set day = day - $1::int`, [days]);
  const living = async () => (await t.rows<{ key_id: string }>('select key_id from fraud.sealing_key where private_key is not null')).map((row) => row.key_id);

  it('are made at the first need, and twenty who ask at once get the same one', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => db.transaction(todaysSealingKey)));
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(1);
    expect(await living()).toEqual([keys[0]!.keyId]);
  });

  it('change with the day of real time, even while a test clock stands', async () => {
    const yesterday = await db.transaction(todaysSealingKey);
    await age(1);
    await t.setClock(new Date('2020-01-01T00:00:00Z'));
    const today = await db.transaction(todaysSealingKey);
    await t.setClock(null);
    expect(today.keyId).not.toBe(yesterday.keyId);
    expect(new Set(await living())).toEqual(new Set([yesterday.keyId, today.keyId]));
  });

  it('lose their private half after 14 days and not before', async () => {
    const key = await db.transaction(todaysSealingKey);
    await age(13);
    expect(await db.transaction(rotateSealingKeys)).toEqual({ processed: 2, changed: 1 });
    expect(await living()).toContain(key.keyId);
    await age(1);
    expect(await db.transaction(rotateSealingKeys)).toEqual({ processed: 3, changed: 2 });
    expect(await living()).not.toContain(key.keyId);
    const [row] = await t.rows('select private_key, destroyed_at is not null as destroyed from fraud.sealing_key where key_id = $1', [key.keyId]);
    expect(row).toEqual({ private_key: null, destroyed: true });
  });

  it('are rotated by a job that may run twice', async () => {
    await db.transaction(rotateSealingKeys);
    expect(await db.transaction(rotateSealingKeys)).toEqual({ processed: 1, changed: 0 });
  });
});
