import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import type { ProcessKey } from '@rooms/standalone';
import type { Supervisor } from './product/supervisor.js';
import type { Random } from './random.js';
import { wait } from './wait.js';

const KEYS: ProcessKey[] = ['scheduler', 'scheduler 2'];
/** Of ten leases nine are made to end as if their 15 seconds had passed: what happens afterwards is the same. */
const WAIT_OUT_EVERY = 10;
const END_LEASES = `update scheduler.job_run set lease_until = clock_timestamp() - interval '1 second' where status = 'running'`;
const RUNNING = `select 1 from scheduler.job_run where status = 'running'`;
const UNNOTED = 'select 1 from scheduler.job_run where id = $1 and processed = 0';

/** The two of them; who began a run stands in their logs. */
export class SchedulerPair {
  kills = 0;
  waitedOut = 0;
  private readonly files = new Map<ProcessKey, string>();
  private starts = 0;
  private seen = '';

  constructor(private readonly supervisor: Supervisor, private readonly owner: pg.Pool, private readonly random: Random) {}

  async start(): Promise<void> {
    for (const key of KEYS) await this.startOne(key);
  }

  /** Waits for the minute's run, kills who does it when asked to, and waits until nothing runs. */
  async playMinute(kill: boolean): Promise<void> {
    const worker = await this.workerOfMinute();
    if (kill) await this.kill(worker);
    while ((await this.owner.query(RUNNING)).rowCount !== 0) await wait(25);
  }

  /** In the first step, which nobody will have noted down, or in the second one. */
  private async kill(worker: ProcessKey): Promise<void> {
    if (this.random.below(2) === 1) while ((await this.owner.query(UNNOTED, [this.seen])).rowCount !== 0) await wait(2);
    await wait(this.random.between(0, 30));
    const child = this.supervisor.product.processes.get(worker)!;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    const [run] = (await this.owner.query<{ status: string }>(`select status from scheduler.job_run where id = $1`, [this.seen])).rows;
    if (run!.status === 'running') {
      this.kills += 1;
      if (this.kills % WAIT_OUT_EVERY === 0) this.waitedOut += 1;
      // the leases of the one that lives too: then it works on a run that it takes over from itself
      else await this.owner.query(END_LEASES);
    }
    await this.startOne(worker);
  }

  private async startOne(key: ProcessKey): Promise<void> {
    const file = join(this.supervisor.folder, `scheduler-${(this.starts += 1)}.log`);
    const running = this.supervisor.product.processes.get(key);
    if (running && this.supervisor.isRunning(key)) await this.supervisor.removeProcess(key);
    this.supervisor.product.restart(key, { LOG_FILE: file, LOG_LEVEL: 'info' });
    this.files.set(key, file);
    while (!this.linesOf(key).some(({ event }) => event === 'room_started')) await wait(20);
  }

  private async workerOfMinute(): Promise<ProcessKey> {
    for (;;) {
      for (const key of KEYS) {
        const began = this.linesOf(key).findLast(({ event, job, fence }) => event === 'job_started' && job === 'hold-release' && fence === 1);
        if (!began || began.runId <= this.seen) continue;
        this.seen = began.runId;
        return key;
      }
      await wait(4);
    }
  }

  private linesOf(key: ProcessKey): Line[] {
    try {
      return readFileSync(this.files.get(key)!, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line) as Line);
    } catch {
      return []; // not written yet
    }
  }
}

interface Line {
  event: string;
  job?: string;
  runId: string;
  fence?: number;
}
