import { Refusal, SECOND } from '@referrals/domain';
import type { Log } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobEntry, Requests, Step } from './jobs.js';
import { fail, giveUp, keep, record, type Lease } from './leases.js';

export interface JobContext {
  db: Database;
  bus: Requests;
  log: Log;
  stopping: AbortSignal;
}

/** Between tries of a step whose room does not answer. */
const PAUSES_MS = [300, 1_000, 2_000, 4_000];

/**
 * Runs a job's steps until there are no more, each recorded before the next, so that whoever takes the run over goes on
 * where it stopped. Ends silently as soon as the run belongs to somebody else.
 */
export async function runSteps(context: JobContext, entry: JobEntry, lease: Lease): Promise<void> {
  const { db, log } = context;
  let cursor = lease.cursor;
  try {
    for (;;) {
      const step = await runStep(context, entry, lease, cursor);
      if (step === null) return;
      if (!(await record(db, lease, step))) return lost(log, lease);
      if (!step.more) return log.info({ job: lease.job, runId: lease.runId }, 'job_finished');
      cursor = step.cursor ?? null;
    }
  } catch (error) {
    // the database is away: the lease runs out, and the run goes on where it stood
    log.warn({ job: lease.job, runId: lease.runId, err: (error as Error).message }, 'job_interrupted');
  }
}

/** @returns null when the run is over: given up, lost or failed */
async function runStep({ db, bus, log, stopping }: JobContext, entry: JobEntry, lease: Lease, cursor: string | null): Promise<Step | null> {
  const progress = { cursor, interval: intervalOf(entry, lease), runId: lease.runId };
  for (let tries = 1; ; tries += 1) {
    if (stopping.aborted) {
      await giveUp(db, lease);
      return null;
    }
    try {
      return await entry.step(bus, progress);
    } catch (error) {
      const word = error instanceof Refusal ? error.code : 'internal';
      log.warn({ job: lease.job, runId: lease.runId, tries, error: word }, 'job_step_failed');
      const pause = PAUSES_MS[tries - 1];
      if (word !== 'unavailable' || pause === undefined) {
        await fail(db, lease, word);
        return null;
      }
      await sleep(pause, undefined, { signal: stopping }).catch(() => undefined);
      if (!(await keep(db, lease))) {
        lost(log, lease);
        return null;
      }
    }
  }
}

const lost = (log: Log, { job, runId, fence }: Lease): void => log.warn({ job, runId, fence }, 'job_taken_over');

/** A run by hand is for the interval in which it was started. */
function intervalOf({ everySeconds }: JobEntry, { bucket, startedAt }: Lease): Date {
  if (everySeconds === null) return startedAt;
  const width = everySeconds * SECOND;
  return new Date((bucket ?? Math.floor(startedAt.getTime() / width)) * width);
}
