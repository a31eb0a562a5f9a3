import type { JobRun, Reply, scheduler } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Database } from '@referrals/persistence';
import { JOB_RUN_COLUMNS, JobRunEntity, jobRunOf, type JobRunRow } from './job-run.entity.js';
import type { JobEntry } from './jobs.js';

const LAST_RUNS = `select r.* from unnest($1::text[]) as entry(name),
  lateral (select ${JOB_RUN_COLUMNS} from job_run where job = entry.name order by id desc limit 1) r`;

/** The timetable, each job with its last run. */
export async function listJobs(db: Database, timetable: JobEntry[]): Promise<Reply<typeof scheduler.listJobs>> {
  const rows = await db.rows<JobRunRow>(LAST_RUNS, [timetable.map(({ name }) => name)]);
  const last = new Map(rows.map((row) => [row.job, jobRunOf(row)]));
  const data = timetable.map(({ name, description, everySeconds, missed }) => ({ name, description, everySeconds, missed, lastRun: last.get(name) ?? null }));
  return { data, nextCursor: null };
}

/** @throws Refusal `not_found` */
export async function readRun(db: Database, job: string, id: string): Promise<JobRun> {
  const run = await db.em().findOne(JobRunEntity, { id, job });
  if (!run) throw new Refusal('not_found');
  return jobRunOf(run);
}
