import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Refusal } from '@referrals/domain';
import { storedAnswers, type Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { openLog } from './log.js';
import { WriteGroup, type WriteHandler } from './write-group.js';

const log = openLog('test', { level: 'silent' });
let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('codes');
  await test.rows('create table codes.effect (n int primary key)');
  await test.rows('grant all on codes.effect to public');
});
afterAll(() => test.close());

/** Writes its numbers; refuses those below 0, limits 0. */
const insert: WriteHandler<number, string> = (inputs) => async (tx) => {
  await tx.write('insert into effect select unnest($2::int[])', [inputs.filter((n) => n > 0)]);
  return inputs.map((n) => (n > 0 ? `made ${n}` : new Refusal(n === 0 ? 'rate_limited' : 'exhausted')));
};
const group = (handler = insert) => new WriteGroup<number, string>(db, log, handler);
const keyed = (input: number, key: string, bodyHash = String(input)) => ({ input, meta: { idempotency: { key, bodyHash } } });
const plain = (input: number) => ({ input, meta: {} });
const told = (results: Awaited<ReturnType<WriteGroup<number, string>['run']>>) =>
  results.map((result) => (result.status === 'fulfilled' ? [result.value.value, result.value.replayed] : [(result.reason as Refusal).code, (result.reason as { replayed?: boolean }).replayed ?? false]));
const effects = async () => (await test.rows<{ n: number }>('select n from codes.effect order by n')).map(({ n }) => n);

describe('a group of writes', () => {
  it('lets one that fails fail alone', async () => {
    await test.rows('truncate codes.effect');
    await group().run([plain(2)]);
    expect(told(await group().run([plain(1), plain(2), plain(3)]))).toEqual([['made 1', false], ['internal', false], ['made 3', false]]);
    expect(await effects()).toEqual([1, 2, 3]);
  });

  it('looks answers up by one plan for all lists of keys', async () => {
    const keys = (count: number, round: number) => Array.from({ length: count }, (_, n) => `planned-${round}-${n}`);
    for (let round = 0; round < 12; round += 1) await storedAnswers(db, keys(1 + (round % 3), round));
    const [plans] = await db.rows<{ custom: number; generic: number }>(
      `select custom_plans::int as custom, generic_plans::int as generic from pg_prepared_statements where statement like '%stale as (delete from idempotency%'`);
    expect(plans).toEqual({ custom: 5, generic: expect.any(Number) });
    expect(plans!.generic).toBeGreaterThanOrEqual(7);
  });

  it('gives a key the stored answer, also after a crash between commit and answer, and in another process', async () => {
    await test.rows('truncate codes.effect');
    await group().run([keyed(1, 'a')]); // committed; whoever asked never heard
    expect(told(await group().run([keyed(1, 'a'), plain(2)]))).toEqual([['made 1', true], ['made 2', false]]);
    expect(told(await group().run([keyed(3, 'a')]))).toEqual([['idempotency_key_reused', false]]);
    expect(await effects()).toEqual([1, 2]);
  });

  it('keeps refusals by rule, and never those that a later try may not meet', async () => {
    await test.rows('truncate codes.effect');
    expect(told(await group().run([keyed(-1, 'b'), keyed(0, 'c')]))).toEqual([['exhausted', false], ['rate_limited', false]]);
    expect(told(await group().run([keyed(-1, 'b'), keyed(0, 'c')]))).toEqual([['exhausted', true], ['rate_limited', false]]);
  });

  it('answers that a key is in flight, in one process and over several', async () => {
    await test.rows('truncate codes.effect');
    expect(told(await group().run([keyed(1, 'd'), keyed(1, 'd')]))).toEqual([['made 1', false], ['idempotency_in_progress', false]]);
    const processes = await Promise.all(Array.from({ length: 20 }, () => group((inputs) => async (tx) => {
      await tx.rows('select pg_sleep(0.01)');
      await tx.rows('select count(*) from effect');
      return inputs.map((n) => `made ${n}`);
    }).run([keyed(9, 'e')])));
    const answers = processes.flatMap(told);
    expect(answers.filter(([word]) => word === 'made 9')).toHaveLength(20);
    expect(answers.filter(([, replayed]) => !replayed)).toHaveLength(1);
  });

  it('frees a key after 24 hours of real time', async () => {
    await test.rows('truncate codes.effect');
    await group().run([keyed(1, 'f')]);
    await test.rows("update codes.idempotency set created_at = clock_timestamp() - interval '24 hours 1 second' where key = 'f'");
    expect(told(await group().run([keyed(2, 'f')]))).toEqual([['made 2', false]]);
  });
});
