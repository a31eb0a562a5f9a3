import type { Transaction } from '@referrals/persistence';

/** The last run of a job stays however old it is: the timetable shows it, and the next interval is found by it. */
const RUNS = `delete from job_run where id in (
    select r.id from job_run r where r.status <> 'running' and r.finished_at < common.now() - make_interval(days => $2)
      and exists (select 1 from job_run l where l.job = r.job and l.id > r.id and (l.bucket is not null or r.bucket is null))
    order by r.id limit $1) returning 1`;

const DIFFERENCES = `delete from difference where id in (
    select id from difference where found_at < common.now() - make_interval(days => $2) order by id limit $1) returning 1`;

/** Forgets at most `limit` runs that ended so many days ago, and as many differences that were found then. */
export async function cleanUpRuns(tx: Transaction, limit: number, days: number): Promise<{ processed: number; changed: number; more: boolean }> {
  const runs = (await tx.rows(RUNS, [limit, days])).length;
  const differences = (await tx.rows(DIFFERENCES, [limit, days])).length;
  return { processed: runs + differences, changed: runs + differences, more: runs === limit || differences === limit };
}
