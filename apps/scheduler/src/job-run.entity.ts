import type { JobRun } from '@referrals/contracts';
import { defineEntity, p } from '@mikro-orm/postgresql';

/** One run of a job, as its history shows it. */
export const JobRunEntity = defineEntity({
  name: 'JobRun',
  tableName: 'job_run',
  properties: {
    id: p.uuid().primary(),
    job: p.text(),
    trigger: p.text().$type<JobRun['trigger']>(),
    status: p.text().$type<JobRun['status']>(),
    startedAt: p.datetime().columnType('timestamptz'),
    finishedAt: p.datetime().columnType('timestamptz').nullable(),
    durationMs: p.integer().nullable(),
    processed: p.integer(),
    changed: p.integer(),
    error: p.text().nullable(),
  },
});

type Nullable = 'finishedAt' | 'durationMs' | 'error';
/** A row of the entity or of a statement: to an entity what is null may also be undefined. */
export type JobRunRow = Omit<JobRun, 'startedAt' | Nullable> & { startedAt: Date; finishedAt?: Date | null | undefined } & {
  [Field in 'durationMs' | 'error']?: JobRun[Field] | undefined;
};

export const JOB_RUN_COLUMNS = `id, job, trigger, status, started_at as "startedAt", finished_at as "finishedAt", duration_ms as "durationMs",
  processed, changed, error`;

export const jobRunOf = (row: JobRunRow): JobRun => ({
  id: row.id,
  job: row.job,
  trigger: row.trigger,
  status: row.status,
  startedAt: row.startedAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
  durationMs: row.durationMs ?? null,
  processed: row.processed,
  changed: row.changed,
  error: row.error ?? null,
});
