import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MINUTE, shift } from '@referrals/domain';
import { openLog } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { JobRunEntity } from './job-run.entity.js';
import type { JobEntry, Requests, Step } from './jobs.js';
import { JobLoop } from './run-due-jobs.js';

const NOW = new Date('2026-06-15T12:00:00.000Z');
const KILLS = 50;
const HOLDS = 5_000;
const PER_STEP = 20;
const log = openLog('scheduler', { level: 'silent' });
const noRequests: Requests = { request: () => Promise.reject(new Error('this job asks nobody')) };

let t: TestDatabase;
let db: Database;
beforeAll(async () => {
  t = await TestDatabase.create();
  db = await t.open('scheduler', [JobRunEntity]);
  await t.rows('create table public.hold (id int primary key, released int not null default 0)');
  await t.rows('insert into public.hold (id) select generate_series(1, $1::int)', [HOLDS]);
});
afterAll(() => t.close());

/** Where a power cut hits a step: before its room heard of it, or when the room has done it and nobody noted it down. */
type Cut = 'before' | 'after' | null;
const gone = new Promise<never>(() => undefined);

/** A scheduler whose process ends in its n-th step: nothing of it goes on. */
function scheduler(cut: Cut, atStep: number): { jobs: JobLoop; killed: Promise<void> } {
  let steps = 0;
  let fall = (): void => undefined;
  const killed = new Promise<void>((resolve) => (fall = resolve));
  const step = async (): Promise<Step> => {
    steps += 1;
    const falls = cut !== null && steps === atStep;
    if (falls && cut === 'before') return fall(), gone;
    const released = (await t.rows(
      `update public.hold set released = released + 1 where id in (
         select id from public.hold where released = 0 order by id limit ${PER_STEP} for update skip locked) returning id`)).length;
    if (falls) return fall(), gone;
    return { processed: released, changed: released, more: released === PER_STEP && steps % 3 !== 0 };
  };
  const entry: JobEntry = { name: 'release', description: 'releases', everySeconds: 60, missed: 'catch_up', step };
  return { jobs: new JobLoop(db, noRequests, log, [entry]), killed };
}

it(`releases every hold once and runs every interval once though a scheduler of two is killed ${KILLS} times in the middle of the job`, async () => {
  let minute = 0;
  const intervals = KILLS + 20;
  for (let kill = 0; kill < KILLS; kill += 1) {
    await t.setClock(shift(NOW, minute++ * MINUTE));
    await t.rows('update common.test_clock set running = true');
    const doomed = scheduler(kill % 2 ? 'before' : 'after', 1 + (kill % 3));
    const other = scheduler(null, 0);
    if ((await doomed.jobs.runDueJobs()) > 0) await Promise.race([doomed.killed, doomed.jobs.settled()]);
    await other.jobs.runDueJobs(); // finds the job at work, however dead who works
    await t.rows(`update scheduler.job_run set lease_until = lease_until - interval '1 hour' where status = 'running'`);
    while ((await other.jobs.runDueJobs()) > 0) await other.jobs.settled();
  }
  for (; minute < intervals; minute += 1) {
    await t.setClock(shift(NOW, minute * MINUTE));
    await t.rows('update common.test_clock set running = true');
    const pair = [scheduler(null, 0), scheduler(null, 0)];
    await Promise.all(pair.map(({ jobs }) => jobs.runDueJobs()));
    await Promise.all(pair.map(({ jobs }) => jobs.settled()));
  }
  const last = scheduler(null, 0);
  while ((await t.rows('select 1 from public.hold where released = 0')).length > 0) await last.jobs.runByHand('release', 10_000);

  expect(await t.rows('select released, count(*)::int from public.hold group by released')).toEqual([{ released: 1, count: HOLDS }]);
  const [history] = await t.rows(
    `select count(*)::int as runs, count(distinct bucket)::int as intervals, (max(bucket) - min(bucket) + 1)::int as span,
       count(*) filter (where status = 'succeeded' and finished_at is not null and duration_ms is not null)::int as complete,
       count(*) filter (where fence > 1)::int as "takenOver" from scheduler.job_run where trigger = 'timetable'`);
  expect(history).toEqual({ runs: intervals, intervals, span: intervals, complete: intervals, takenOver: KILLS });
}, 60_000);
