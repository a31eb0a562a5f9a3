import pg from 'pg';
import { check, missingEvents, type Difference } from './checker.js';
import { drawFault } from './faults.js';
import { Random } from './random.js';
import { Supervisor, wait } from './supervisor.js';
import { Workload } from './workload.js';

export interface ChaosOptions {
  seed: number;
  seconds: number;
  workers?: number;
  users?: number;
  say?: (line: string) => void;
}

export interface ChaosResult {
  seed: number;
  faults: Map<string, number>;
  requests: number;
  acknowledged: number;
  /** from the end of the last fault to quiet */
  quietAfterSeconds: number;
  differences: Difference[];
}

/** Load, faults, healing, quiet, comparison. The same seed draws the same faults and the same load; only time differs. */
export async function runChaos({ seed, seconds, workers = 12, users = 4_000, say = () => undefined }: ChaosOptions): Promise<ChaosResult> {
  const supervisor = await Supervisor.start();
  const owner = new pg.Pool({ connectionString: supervisor.databaseUrl, max: 2 });
  owner.on('error', () => undefined); // the server is killed under it
  const workload = new Workload({ url: supervisor.product.url, key: supervisor.adminKey, users, workers }, new Random(seed));
  let differences: Difference[] = [];
  try {
    const load = workload.run();
    const faults = await injectFaults(supervisor, new Random(seed + 1), seconds, say);
    const healed = performance.now();
    supervisor.restartTheFallen();
    await wait(1_000);
    workload.stop();
    await load;
    await untilQuiet(owner, 60_000);
    const quietAfterSeconds = (performance.now() - healed) / 1_000;
    differences = await check(owner, workload.history);
    for (const name of supervisor.endedByThemselves) differences.push({ invariant: 'no process ends by itself', detail: name });
    return { seed, faults, requests: workload.history.length, acknowledged: workload.acknowledged, quietAfterSeconds, differences };
  } finally {
    workload.stop();
    workload.close();
    await owner.end();
    await supervisor.stop({ keep: differences.length > 0 });
    if (differences.length > 0) say(`kept for a look: ${supervisor.folder}`);
  }
}

async function injectFaults(supervisor: Supervisor, random: Random, seconds: number, say: (line: string) => void): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  await wait(1_500);
  for (const until = performance.now() + seconds * 1_000; performance.now() < until; ) {
    const fault = drawFault(random);
    say(fault.name);
    await fault.inject(supervisor, random);
    counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
    await wait(random.between(100, 900));
  }
  return counts;
}

/** Nothing unsent, nothing missing, nothing pending, twice in a row. */
export async function untilQuiet(owner: pg.Pool, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  for (let calm = 0; calm < 2 && performance.now() < end; await wait(250)) calm = (await isQuiet(owner).catch(() => false)) ? calm + 1 : 0;
}

async function isQuiet(owner: pg.Pool): Promise<boolean> {
  const { rows } = await owner.query<{ waiting: number }>(
    `select (select count(*) from codes.outbox_unsent) + (select count(*) from relationships.outbox_unsent) + (select count(*) from fraud.outbox_unsent)
       + (select count(*) from rewards.outbox_unsent) + (select count(*) from rewards.bonus where status = 'pending')::int as waiting`);
  return Number(rows[0]!.waiting) === 0 && (await missingEvents(owner)).length === 0;
}
