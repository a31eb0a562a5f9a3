import { type Database, REAL_NOW } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';
import type { JobEntry, Step } from './jobs.js';

/** Longer than a step may take; a run whose process died is taken over after that. */
export const LEASE_SECONDS = 15;

/** A run that this process may work on, until somebody with a higher fence takes it over. */
export interface Lease {
  runId: string;
  job: string;
  fence: number;
  cursor: string | null;
  startedAt: Date;
  bucket: number | null;
}

const COLUMNS = 'id as "runId", job, fence, cursor, started_at as "startedAt", bucket';
const UNTIL = (parameter: string): string => `${REAL_NOW} + make_interval(secs => ${parameter})`;

/**
 * Claims the present interval of every job that has none yet, or the oldest missed one. The unique (job, bucket) lets one
 * scheduler win; a job whose last run still works starts no other; while the test clock stands nothing is due.
 */
const CLAIM_DUE = `with
  clock as (select common.now() as present),
  entry as (
    select e.*, floor(extract(epoch from clock.present) / e."everySeconds")::bigint as bucket
    from json_to_recordset($1::json) as e("runId" uuid, name text, "everySeconds" int, "catchUp" boolean), clock
    where not exists (select 1 from common.test_clock t where not t.running)),
  state as (
    select entry.*, (select max(r.bucket) from job_run r where r.job = entry.name and r.bucket <= entry.bucket) as last from entry
    where not exists (select 1 from job_run r where r.job = entry.name and r.status = 'running' and r.trigger = 'timetable'))
  insert into job_run (id, job, bucket, trigger, status, started_at, lease_until)
  select "runId", name, case when "catchUp" and last is not null then last + 1 else bucket end, 'timetable', 'running', clock.present, ${UNTIL('$2')}
  from state, clock where last is distinct from bucket
  on conflict do nothing
  returning ${COLUMNS}`;

const CLAIM_BY_HAND = `insert into job_run (id, job, trigger, status, started_at, lease_until)
  values ($1, $2, 'hand', 'running', common.now(), ${UNTIL('$3')}) returning ${COLUMNS}`;

const TAKE_OVER = `update job_run set fence = fence + 1, lease_until = ${UNTIL('$2')}
  where id in (select id from job_run where status = 'running' and lease_until < ${REAL_NOW} and job = any($1) order by id for update skip locked)
  returning ${COLUMNS}`;

const KEEP = `update job_run set lease_until = ${UNTIL('$3')} where id = $1 and fence = $2 and status = 'running' returning id`;

const RECORD = `update job_run set processed = processed + $3, changed = changed + $4, cursor = to_json($5::text), lease_until = ${UNTIL('$7')},
    status = case when $6 then 'running' else 'succeeded' end,
    finished_at = case when not $6 then common.now() end,
    duration_ms = case when not $6 then extract(epoch from ${REAL_NOW} - begun_at) * 1000 end
  where id = $1 and fence = $2 and status = 'running' returning id`;

const FAIL = `update job_run set status = 'failed', error = $3, finished_at = common.now(), duration_ms = extract(epoch from ${REAL_NOW} - begun_at) * 1000
  where id = $1 and fence = $2 and status = 'running' returning id`;

const dueEntry = ({ name, everySeconds, missed }: JobEntry): object => ({ runId: uuidv7(), name, everySeconds, catchUp: missed === 'catch_up' });

export const claimDue = (db: Database, timetable: JobEntry[], seconds = LEASE_SECONDS): Promise<Lease[]> =>
  db.rows<Lease>(CLAIM_DUE, [JSON.stringify(timetable.map(dueEntry)), seconds]);

export async function claimByHand(db: Database, job: string, seconds = LEASE_SECONDS): Promise<Lease> {
  const [lease] = await db.rows<Lease>(CLAIM_BY_HAND, [uuidv7(), job, seconds]);
  return lease!;
}

/** Runs that were begun and whose lease has run out, by hand or not: their process is gone, or as good as. */
export const takeOver = (db: Database, timetable: JobEntry[], seconds = LEASE_SECONDS): Promise<Lease[]> =>
  db.rows<Lease>(TAKE_OVER, [timetable.map(({ name }) => name), seconds]);

/** @returns whether the run is still ours; the same for all below */
export const keep = async (db: Database, { runId, fence }: Lease, seconds = LEASE_SECONDS): Promise<boolean> =>
  (await db.rows(KEEP, [runId, fence, seconds])).length > 0;

/** Adds what a step did to the run, which ends with the last one. */
export const record = async (db: Database, { runId, fence }: Lease, step: Step, seconds = LEASE_SECONDS): Promise<boolean> =>
  (await db.rows(RECORD, [runId, fence, step.processed, step.changed, step.cursor ?? null, step.more, seconds])).length > 0;

export const fail = async (db: Database, { runId, fence }: Lease, error: string): Promise<boolean> =>
  (await db.rows(FAIL, [runId, fence, error])).length > 0;

/** Gives a run up unfinished, for the next scheduler that looks. */
export const giveUp = (db: Database, lease: Lease): Promise<boolean> => keep(db, lease, 0);
