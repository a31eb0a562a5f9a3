import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { keepEventLog, keepPartitions, relayOnce, type Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';

let test: TestDatabase;
let rewards: Database;
let fraud: Database;

beforeAll(async () => {
  test = await TestDatabase.create();
  rewards = await test.open('rewards');
  fraud = await test.open('fraud');
});
afterAll(() => test.close());

const partitionsOf = async (table: string): Promise<string[]> => (await test.rows<{ name: string }>(
  `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass order by 1`, [table])).map(({ name }) => name);
const keptIn = async (table: string, where: string): Promise<string[]> =>
  (await test.rows<{ place: string }>(`select distinct tableoid::regclass::text as place from ${table} where ${where} order by 1`)).map(({ place }) => place);
const tell = (id: string) => test.rows(`insert into rewards.outbox (id, type, aggregate_id, body) values ($1, 'bonus.paid', 'a', '{}')`, [id]);
const see = (userId: string, day: string) => test.rows(
  `insert into fraud.fact (user_id, hash, day, kind, key_id, first_seen_at, last_seen_at) values ($1, '\\x01', $2::date, 'ip4', 'k', $2::date, $2::date)`, [userId, day]);
const months = (table: string, ...names: string[]): string[] => names.map((name) => `${table}_${name}`);

describe('the partitions of an event log', () => {
  it('begin with all that there was, and a rest for what fits no month', async () => {
    const [until, ...others] = (await partitionsOf('rewards.outbox')).reverse();
    expect(until).toMatch(/^outbox_until_\d{4}_\d\d$/);
    expect(others).toEqual(['outbox_rest']);
  });

  it('are made for the months to come, once, however often and by how many they are asked for', async () => {
    const kept = await Promise.all([1, 2, 3].map(() => rewards.transaction((tx) => keepPartitions(tx, 'outbox', new Date('2031-11-20'), new Date('2000-01-01')))));
    expect(kept.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(await partitionsOf('rewards.outbox')).toEqual(expect.arrayContaining(months('outbox', '2031_11', '2031_12', '2032_01')));
    expect(await rewards.transaction((tx) => keepPartitions(tx, 'outbox', new Date('2031-11-30'), new Date('2000-01-01')))).toBe(0);
  });

  it('take an event by the time in its id, and give it back by its id', async () => {
    const id = uuidv7({ msecs: Date.parse('2031-12-31T23:59:59.999Z') });
    const next = uuidv7({ msecs: Date.parse('2032-01-01T00:00:00.000Z') });
    for (const each of [id, next]) await tell(each);
    expect(await keptIn('rewards.outbox', `id = '${id}'`)).toEqual(['rewards.outbox_2031_12']);
    expect(await keptIn('rewards.outbox', `id = '${next}'`)).toEqual(['rewards.outbox_2032_01']);
    await expect(tell(id)).rejects.toThrow('duplicate key');
    const plan = await test.rows<{ 'QUERY PLAN': string }>(`explain select body from rewards.outbox where id = '${id}'`);
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index Scan using outbox_2031_12_pkey/);
  });

  it('take up what had come to the rest before they were made', async () => {
    const early = uuidv7({ msecs: Date.parse('2033-05-05') });
    await tell(early);
    expect(await keptIn('rewards.outbox', `id = '${early}'`)).toEqual(['rewards.outbox_rest']);
    await rewards.transaction((tx) => keepPartitions(tx, 'outbox', new Date('2033-05-01'), new Date('2000-01-01')));
    expect(await keptIn('rewards.outbox', `id = '${early}'`)).toEqual(['rewards.outbox_2033_05']);
  });

  it('are read by the relay through their keys, whichever month an event lies in', async () => {
    await test.rows('insert into rewards.outbox_unsent (id) select id from rewards.outbox');
    const published: string[] = [];
    await relayOnce(rewards, async (messages) => void published.push(...messages.map(({ id }) => id)));
    expect(published).toHaveLength(3);
    expect(published).toEqual([...published].sort());
  });

  it('are given away when they are older than the log is kept, and only then', async () => {
    await rewards.transaction((tx) => keepPartitions(tx, 'outbox', new Date('2033-05-01'), new Date('2031-12-31')));
    expect(await partitionsOf('rewards.outbox')).not.toContain('outbox_2031_11');
    expect(await partitionsOf('rewards.outbox')).toContain('outbox_2031_12');
    expect(await test.rows(`select to_regclass('rewards.outbox_2031_11') as gone`)).toEqual([{ gone: null }]);
  });

  it('are kept by every room with its own rights, for the present month and the two after it', async () => {
    for (const room of ['codes', 'relationships', 'fraud', 'rewards', 'scheduler', 'insights', 'notifications']) {
      const db = room === 'rewards' ? rewards : await test.open(room);
      expect((await db.transaction((tx) => keepEventLog(tx, 24))).changed).toBeGreaterThanOrEqual(2);
      await expect(db.rows(`select ${room === 'codes' ? 'rewards' : 'codes'}.keep_partitions('outbox', '2031-01-01', '2000-01-01')`)).rejects.toThrow('permission denied');
    }
  });

  it('are no tables of their own to the export of a user', async () => {
    await test.rows(`insert into rewards.outbox (id, type, aggregate_id, body) values ($1, 'tier.changed', 'nina', '{}')`, [uuidv7()]);
    const [row] = await rewards.rows<{ tables: object }>(`select export_user('nina', 10) as tables`);
    expect(row!.tables).toEqual({});
  });
});

describe('the partitions of the facts', () => {
  it('take a fact by its day, keep its key unique and let it be found without the day', async () => {
    await fraud.transaction((tx) => keepPartitions(tx, 'fact', new Date('2031-03-01'), new Date('2000-01-01')));
    for (const day of ['2031-03-31', '2031-04-01']) await see('nina', day);
    expect(await keptIn('fraud.fact', `user_id = 'nina'`)).toEqual(months('fraud.fact', '2031_03', '2031_04'));
    await expect(see('nina', '2031-03-31')).rejects.toThrow('duplicate key');
    expect(await fraud.rows(`select user_id from fact where hash = '\\x01'`)).toHaveLength(2);
  });

  it('go as a whole when every day of theirs is older than facts are kept', async () => {
    await fraud.transaction((tx) => keepPartitions(tx, 'fact', new Date('2031-05-01'), new Date('2031-04-01')));
    expect(await fraud.rows<{ day: string }>(`select to_char(day, 'YYYY-MM-DD') as day from fact`)).toEqual([{ day: '2031-04-01' }]);
  });
});
