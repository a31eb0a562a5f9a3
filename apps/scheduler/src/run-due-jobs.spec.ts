import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR, MINUTE, Refusal, SECOND, shift } from '@referrals/domain';
import { openLog } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { listJobs, readRun } from './job-history.js';
import { JobRunEntity } from './job-run.entity.js';
import type { JobEntry, Progress, Requests, Step } from './jobs.js';
import { claimByHand, claimDue, record, takeOver } from './leases.js';
import { JobLoop } from './run-due-jobs.js';
import { runSteps } from './run-steps.js';

const NOW = new Date('2026-06-15T12:00:00.000Z');
const log = openLog('scheduler', { level: 'silent' });
const noRequests: Requests = { request: () => Promise.reject(new Error('these jobs ask nobody')) };

describe('the timetable', () => {
  let t: TestDatabase;
  let db: Database;
  let done: Progress[];

  beforeAll(async () => {
    t = await TestDatabase.create();
    db = await t.open('scheduler', [JobRunEntity]);
  });
  afterAll(() => t.close());
  beforeEach(async () => {
    done = [];
    await t.rows('truncate scheduler.job_run');
    await clock(NOW);
  });

  /** Business time goes on from here. */
  const clock = async (now: Date): Promise<void> => {
    await t.setClock(now);
    await t.rows('update common.test_clock set running = true');
  };
  /** A job of as many steps as told, of which each remembers where it was. */
  const job = (over: Partial<JobEntry> = {}, steps = 1): JobEntry => ({
    name: 'count', description: 'counts', everySeconds: 60, missed: 'skip', ...over,
    step: over.step ?? ((_bus, progress): Promise<Step> => {
      done.push(progress);
      const next = Number(progress.cursor ?? 0) + 1;
      return Promise.resolve({ processed: 10, changed: 1, more: next < steps, cursor: String(next) });
    }),
  });
  const loop = (...timetable: JobEntry[]) => new JobLoop(db, noRequests, log, timetable);
  const run = async (jobs: JobLoop): Promise<number> => {
    const count = await jobs.runDueJobs();
    await jobs.settled();
    return count;
  };
  const runs = () => t.rows('select job, status, processed, changed, fence, error from scheduler.job_run order by id');
  const context = (stopping = new AbortController().signal) => ({ db, bus: noRequests, log, stopping });
  const letLeasesRunOut = () => t.rows(`update scheduler.job_run set lease_until = clock_timestamp() - interval '1 ms' where status = 'running'`);

  it('runs each job once per interval, however many schedulers look at once', async () => {
    const [a, b, c] = [loop(job(), job({ name: 'other' })), loop(job(), job({ name: 'other' })), loop(job(), job({ name: 'other' }))];
    for (let minute = 0; minute < 10; minute += 1) {
      await clock(shift(NOW, minute * MINUTE));
      const counts = await Promise.all([run(a), run(b), run(c), run(a), run(b)]);
      expect(counts.reduce((sum, count) => sum + count)).toBe(2);
    }
    expect(done).toHaveLength(20);
    expect(await t.rows('select job, count(*)::int, count(distinct bucket)::int as buckets from scheduler.job_run group by job order by job')).toEqual([
      { job: 'count', count: 10, buckets: 10 }, { job: 'other', count: 10, buckets: 10 },
    ]);
  });

  it('tells a run the start of its interval', async () => {
    await clock(shift(NOW, 59 * SECOND));
    await run(loop(job()));
    expect(done).toEqual([{ cursor: null, interval: NOW, runId: expect.any(String) }]);
  });

  it('loops until nothing is left and adds up what the steps did', async () => {
    await run(loop(job({}, 3)));
    expect(done.map(({ cursor }) => cursor)).toEqual([null, '1', '2']);
    expect(await runs()).toEqual([{ job: 'count', status: 'succeeded', processed: 30, changed: 3, fence: 1, error: null }]);
  });

  it('starts nothing while the test clock stands', async () => {
    await t.setClock(NOW);
    expect(await run(loop(job()))).toBe(0);
    expect(await runs()).toEqual([]);
  });

  it.each([
    ['skip' as const, [0, 5]],
    ['catch_up' as const, [0, 1, 2, 3, 4, 5]],
  ])('that missed intervals goes on as its entry says: %s', async (missed, minutes) => {
    const jobs = loop(job({ missed }));
    await run(jobs);
    await clock(shift(NOW, 5 * MINUTE));
    while ((await run(jobs)) > 0);
    expect(done.map(({ interval }) => (interval.getTime() - NOW.getTime()) / MINUTE)).toEqual(minutes);
  });

  it('runs no interval again when the clock is set back, and goes on from there', async () => {
    const jobs = loop(job({ missed: 'catch_up' }));
    await run(jobs);
    await clock(shift(NOW, -MINUTE));
    expect(await run(jobs)).toBe(1);
    await clock(NOW);
    expect(await run(jobs)).toBe(0);
  });

  it('starts no second run of a job whose last one still works', async () => {
    await claimDue(db, [job()]);
    await clock(shift(NOW, MINUTE));
    expect(await claimDue(db, [job()])).toEqual([]);
  });

  it('goes on where a dead scheduler stopped, once its lease has run out', async () => {
    const [lease] = await claimDue(db, [job({}, 3)]);
    await record(db, lease!, { processed: 10, changed: 1, more: true, cursor: '1' });
    expect(await run(loop(job({}, 3)))).toBe(0);
    await letLeasesRunOut();
    expect(await run(loop(job({}, 3)))).toBe(1);
    expect(done.map(({ cursor }) => cursor)).toEqual(['1', '2']);
    expect(await runs()).toEqual([{ job: 'count', status: 'succeeded', processed: 30, changed: 3, fence: 2, error: null }]);
  });

  it('is taken over by one of several', async () => {
    await claimDue(db, [job()]);
    await letLeasesRunOut();
    const taken = await Promise.all([1, 2, 3, 4].map(() => takeOver(db, [job()])));
    expect(taken.flat()).toHaveLength(1);
  });

  it('lets a paused scheduler that comes back write nothing', async () => {
    const [stale] = await claimDue(db, [job()]);
    await letLeasesRunOut();
    const [fresh] = await takeOver(db, [job()]);
    await runSteps(context(), job(), stale!);
    expect(await runs()).toMatchObject([{ status: 'running', processed: 0, fence: 2 }]);
    await runSteps(context(), job(), fresh!);
    expect(await runs()).toMatchObject([{ status: 'succeeded', processed: 10, fence: 2 }]);
  });

  it('tries a room that does not answer again, and fails with its word otherwise', async () => {
    let tries = 0;
    const flaky = job({ step: async () => {
      if ((tries += 1) < 3) throw new Refusal('unavailable');
      return { processed: 1, changed: 1, more: false };
    } });
    const broken = job({ name: 'broken', step: () => Promise.reject(new Refusal('internal')) });
    await run(loop(flaky, broken));
    expect(await runs()).toMatchObject([{ job: 'count', status: 'succeeded' }, { job: 'broken', status: 'failed', error: 'internal' }]);
  });

  it('leaves an unfinished run to the next scheduler when it is told to stop', async () => {
    const endless = job({ step: async () => ({ processed: 1, changed: 0, more: true }) });
    const jobs = loop(endless);
    await jobs.runDueJobs();
    await jobs.stop();
    expect(await runs()).toMatchObject([{ status: 'running' }]);
    expect(await jobs.runDueJobs()).toBe(0);
    expect(await takeOver(db, [job()])).toHaveLength(1);
  });

  describe('by hand', () => {
    it('runs a job even while the clock stands, and answers with the finished run', async () => {
      await t.setClock(NOW);
      const finished = await loop(job({}, 2)).runByHand('count', 10_000);
      expect(finished).toMatchObject({ job: 'count', trigger: 'hand', status: 'succeeded', processed: 20, changed: 2, startedAt: NOW.toISOString(), error: null });
      expect(await readRun(db, 'count', finished.id)).toEqual(finished);
    });

    it('answers with the running run when it takes longer, and finishes it all the same', async () => {
      let finish: (() => void) | undefined;
      const slow = job({ step: () => new Promise((resolve) => (finish = () => resolve({ processed: 1, changed: 1, more: false }))) });
      const jobs = loop(slow);
      const answered = await jobs.runByHand('count', 50);
      expect(answered).toMatchObject({ status: 'running', finishedAt: null, durationMs: null });
      finish!();
      await jobs.settled();
      expect(await readRun(db, 'count', answered.id)).toMatchObject({ status: 'succeeded', processed: 1 });
    });

    it('does not count as the run of an interval', async () => {
      await claimByHand(db, 'count');
      expect(await run(loop(job()))).toBe(1);
    });

    it('knows neither other jobs nor the runs of others', async () => {
      await expect(loop(job()).runByHand('no such job', 10)).rejects.toMatchObject({ code: 'not_found' });
      const { id } = await loop(job()).runByHand('count', 10_000);
      await expect(readRun(db, 'other', id)).rejects.toMatchObject({ code: 'not_found' });
    });
  });

  it('is listed with the last run of each job', async () => {
    const timetable = [job(), job({ name: 'never', everySeconds: HOUR / SECOND })];
    await loop(job()).runByHand('count', 10_000);
    const last = await loop(job()).runByHand('count', 10_000);
    expect(await listJobs(db, timetable)).toEqual({
      data: [
        { name: 'count', description: 'counts', everySeconds: 60, missed: 'skip', lastRun: last },
        { name: 'never', description: 'counts', everySeconds: 3_600, missed: 'skip', lastRun: null },
      ],
      nextCursor: null,
    });
  });
});
