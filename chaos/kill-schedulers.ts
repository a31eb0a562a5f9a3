import pg from 'pg';
import { checkDelivery } from './check/delivery.js';
import { difference, type Difference } from './check/difference.js';
import { checkHolds, fillWithHolds, type DueHolds } from './due-holds.js';
import { HttpDoor } from './load/http-door.js';
import { Supervisor } from './product/supervisor.js';
import { Random } from './random.js';
import { untilQuiet } from './run.js';
import { SchedulerPair } from './scheduler-pair.js';
import { wait } from './wait.js';

export interface SchedulerKillOptions {
  seed: number;
  kills: number;
  holds: number;
}

export interface SchedulerKillResult {
  /** a scheduler was killed and its run was left unfinished */
  kills: number;
  /** after so many of them the other one waited until the lease was over; the others' leases were ended at once */
  waitedOut: number;
  holds: number;
  minutes: number;
  /** runs that somebody else brought to their end */
  takenOver: number;
  /** released by a step that nobody noted down, because the scheduler died before */
  unnoted: number;
  seconds: number;
  differences: Difference[];
}

const MINUTE_MS = 60_000;

/** Two schedulers share the timetable; minute by minute holds become due, and whoever begins to release them is killed in the middle of it. */
export async function killSchedulers({ seed, kills, holds }: SchedulerKillOptions): Promise<SchedulerKillResult> {
  const supervisor = await Supervisor.start({ instances: 1, disks: false });
  const owner = new pg.Pool({ connectionString: supervisor.databaseUrl, max: 2 });
  const random = new Random(seed);
  const http = new HttpDoor(supervisor.product.urls, supervisor.adminKey, random);
  const began = performance.now();
  let differences: Difference[] = [];
  try {
    // a kill may come when everything is done: then the next minute is another chance
    const minutes = kills + Math.ceil(kills / 5) + 1;
    const due: DueHolds = { start: new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS), minutes, perMinute: Math.ceil(holds / minutes) };
    const pair = new SchedulerPair(supervisor, owner, random);
    await setClock(owner, due.start, false);
    await fillWithHolds(owner, due);
    await pair.start();
    for (let minute = 1; minute <= minutes; minute += 1) {
      await setClock(owner, new Date(due.start.getTime() + minute * MINUTE_MS + 1_000), true);
      await pair.playMinute(pair.kills < kills);
    }
    await untilQuiet(owner, http, 300_000);
    const history = await historyOf(owner, due);
    differences = [...(await checkHolds(owner)), ...history.differences, ...(await checkDelivery(owner)), ...(await checkReconciliation(supervisor))];
    if (pair.kills < kills) differences.push({ invariant: `${kills} schedulers are killed in the middle of the job`, detail: pair.kills });
    for (const detail of supervisor.endedByThemselves) differences.push({ invariant: 'no process ends by itself', detail });
    const { takenOver, noted } = history;
    const all = minutes * due.perMinute;
    return { kills: pair.kills, waitedOut: pair.waitedOut, holds: all, minutes, takenOver, unnoted: all - noted, seconds: (performance.now() - began) / 1_000, differences };
  } finally {
    http.close();
    await owner.end();
    await supervisor.stop({ keep: differences.length > 0 });
  }
}

const setClock = (owner: pg.Pool, now: Date, running: boolean): Promise<unknown> => owner.query(
  `insert into common.test_clock as clock (now, running, set_at) values ($1, $2, clock_timestamp())
   on conflict (only_row) do update set now = excluded.now, running = excluded.running, set_at = excluded.set_at`, [now, running]);

/** Each minute has one run, and every run of every job an end. */
async function historyOf(owner: pg.Pool, { start, minutes }: DueHolds): Promise<{ differences: Difference[]; takenOver: number; noted: number }> {
  const first = start.getTime() / MINUTE_MS + 1;
  const { rows: wrong } = await owner.query(
    `select bucket, count(r.id)::int as runs from generate_series($1::bigint, $1::bigint + $2::int - 1) bucket
     left join scheduler.job_run r using (bucket) where r.job = 'hold-release' or r.job is null group by 1 having count(r.id) <> 1`, [first, minutes]);
  const { rows: doubled } = await owner.query('select job, bucket, count(*) from scheduler.job_run where bucket is not null group by 1, 2 having count(*) > 1');
  const { rows: open } = await owner.query(
    `select job, bucket, status, error from scheduler.job_run where status <> 'succeeded' or finished_at is null or duration_ms is null or error is not null`);
  const { rows: [sums] } = await owner.query<{ takenOver: number; noted: number }>(
    `select count(*) filter (where fence > 1)::int as "takenOver", sum(changed)::int as noted from scheduler.job_run where job = 'hold-release'`);
  return {
    differences: [...difference('every minute has one run', wrong), ...difference('no interval runs twice', doubled), ...difference('every run has its end', open)],
    ...sums!,
  };
}

async function checkReconciliation({ product, adminKey }: Supervisor): Promise<Difference[]> {
  const ask = async (method: string, path: string): Promise<Record<string, unknown>> =>
    (await (await fetch(`${product.url}/v1/jobs/reconcile/runs${path}`, { method, headers: { authorization: `Bearer ${adminKey}` } })).json()) as Record<string, unknown>;
  let run = await ask('POST', '');
  for (; run['status'] === 'running'; await wait(500)) run = await ask('GET', `/${String(run['id'])}`);
  return run['status'] === 'succeeded' && run['changed'] === 0 ? [] : [{ invariant: 'the books agree', detail: run }];
}
