import type { Transaction } from '@referrals/persistence';

/** The last run of a job stays however old it is: the timetable shows it, and the next interval is found by it. */
const FORGET = `delete from job_run where id in (
    select r.id from job_run r where r.status <> 'running' and r.finished_at < common.now() - interval '90 days'
      and exists (select 1 from job_run l where l.job = r.job and l.id > r.id and (l.bucket is not null or r.bucket is null))
    order by r.id limit $1) returning 1`;

/** Forgets at most `limit` runs that ended more than 90 days ago. */
export async function cleanUpRuns(tx: Transaction, limit: number): Promise<{ processed: number; changed: number; more: boolean }> {
  const gone = (await tx.rows(FORGET, [limit])).length;
  return { processed: gone, changed: gone, more: gone === limit };
}
