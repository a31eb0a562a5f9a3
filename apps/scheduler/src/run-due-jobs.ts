import type { JobRun } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Log } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobEntry, Requests } from './jobs.js';
import { readRun } from './job-history.js';
import { claimByHand, claimDue, takeOver, type Lease } from './leases.js';
import { runSteps } from './run-steps.js';

/** The jobs of one scheduler process. Any number of them share the timetable and the database. */
export class JobLoop {
  private readonly running = new Set<Promise<void>>();
  private readonly end = new AbortController();

  constructor(
    private readonly db: Database,
    private readonly bus: Requests,
    private readonly log: Log,
    private readonly timetable: JobEntry[],
  ) {}

  /** Takes over what others left and starts what is due; it goes on in the background. @returns how many runs were started */
  async runDueJobs(): Promise<number> {
    if (this.end.signal.aborted) return 0;
    const leases = [...(await takeOver(this.db, this.timetable)), ...(await claimDue(this.db, this.timetable.filter(({ everySeconds }) => everySeconds !== null)))];
    for (const lease of leases) void this.start(lease);
    return leases.length;
  }

  /**
   * Runs a job now. @returns the run as it stands when it ends or after `waitMs`, whichever comes first
   * @throws Refusal `not_found`
   */
  async runByHand(name: string, waitMs: number): Promise<JobRun> {
    if (!this.timetable.some((entry) => entry.name === name)) throw new Refusal('not_found');
    const lease = await claimByHand(this.db, name);
    const waited = new AbortController();
    await Promise.race([this.start(lease), sleep(waitMs, undefined, { signal: waited.signal }).catch(() => undefined)]);
    waited.abort();
    return readRun(this.db, name, lease.runId);
  }

  /** Waits for what was started here. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** Ends after the steps under way; what is unfinished is left to whoever looks next. */
  async stop(): Promise<void> {
    this.end.abort();
    await this.settled();
  }

  private start(lease: Lease): Promise<void> {
    const entry = this.timetable.find(({ name }) => name === lease.job)!;
    this.log.info({ job: lease.job, runId: lease.runId, fence: lease.fence }, 'job_started');
    const run = runSteps({ db: this.db, bus: this.bus, log: this.log, stopping: this.end.signal }, entry, lease).finally(() => this.running.delete(run));
    this.running.add(run);
    return run;
  }
}
