import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { check } from './check/checker.js';
import type { Difference } from './check/difference.js';
import { isQuiet } from './check/delivery.js';
import { listFailpoints, type Failpoint } from './failpoints.js';
import type { Fault, Scene } from './faults.js';
import type { HttpDoor } from './load/http-door.js';
import { Workload } from './load/workload.js';
import { whyNoDisks } from './product/disk.js';
import { Supervisor } from './product/supervisor.js';
import { draws, faultsOf, type Profile } from './profiles.js';
import { Random } from './random.js';
import { wait } from './wait.js';

export interface ChaosOptions {
  seed: number;
  profile?: Profile;
  /** the run goes on until there were so many of each */
  seconds?: number;
  faults?: number;
  requests?: number;
  workers?: number;
  users?: number;
  instances?: number;
  /** every room in one process */
  inOne?: boolean;
  disks?: boolean;
  /** ends the run whatever it has come to */
  minutes?: number;
  /** a compiled product other than this one */
  product?: string | undefined;
  /** how long to wait for quiet, however long that is too long */
  patienceSeconds?: number;
  say?: (line: string) => void;
}

export interface ChaosResult {
  seed: number;
  faults: Map<string, number>;
  failpoints: Failpoint[];
  hits: Map<string, number>;
  requests: number;
  acknowledged: number;
  answers: Map<number, number>;
  /** from the end of the last fault to quiet */
  quietAfterSeconds: number;
  differences: Difference[];
}

/** Load, faults, healing, quiet, comparison. The same seed draws the same faults and the same load; only time differs. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { say = () => undefined } = options;
  const failpoints = listFailpoints();
  const whyNot = options.disks ? await whyNoDisks(join(tmpdir(), 'referrals-disk-try')) : 'not asked for';
  if (whyNot) say(`no disk faults and no power cuts: ${whyNot}`);
  const supervisor = await Supervisor.start({ instances: options.instances ?? 1, inOne: options.inOne ?? false, disks: whyNot === null, product: options.product });
  // a comparison reads all that a long run left
  const owner = new pg.Pool({ connectionString: supervisor.databaseUrl, max: 3, query_timeout: 600_000 });
  owner.on('error', () => undefined); // the server is killed under it
  let isClean = false;
  let workload: Workload | null = null;
  try {
    workload = await openWorkload(supervisor, options);
    const scene: Scene = { supervisor, workload, owner, random: new Random(options.seed + 1), failpoints, hits: new Map(), furthest: 0 };
    const result = await act(scene, options, say);
    isClean = result.differences.length === 0;
    return result;
  } finally {
    workload?.stop();
    await workload?.close();
    await owner.end();
    await supervisor.stop({ keep: !isClean });
    if (!isClean) say(`kept for a look: ${supervisor.folder}`);
  }
}

function openWorkload({ product, servers, adminKey, stripeSecret, folder }: Supervisor, { users = 4_000, workers = 32, seed }: ChaosOptions): Promise<Workload> {
  return Workload.open({ urls: product.urls, natsUrl: servers.natsUrl, folder, adminKey, stripeSecret, users, workers }, new Random(seed));
}

async function act(scene: Scene, options: ChaosOptions, say: (line: string) => void): Promise<ChaosResult> {
  const { supervisor, workload, owner, failpoints, hits } = scene;
  const load = workload.run();
  const faults = await injectFaults(scene, options, draws(faultsOf(options.profile ?? 'mixed', supervisor.servers.disks !== null), scene.random));
  await supervisor.healed();
  const healed = performance.now();
  await wait(1_000);
  workload.stop();
  await load;
  await untilQuiet(owner, workload.http, (options.patienceSeconds ?? 120) * 1_000);
  const quietAfterSeconds = (performance.now() - healed) / 1_000;
  say(`quiet after ${quietAfterSeconds.toFixed(1)} s`);
  const differences = await finish(workload);
  await untilQuiet(owner, workload.http, (options.patienceSeconds ?? 60) * 1_000);
  differences.push(...(await check(owner, workload.history, new Date(Math.max(Date.now(), scene.furthest)))));
  for (const key of supervisor.endedByThemselves) differences.push({ invariant: 'no process ends by itself', detail: key });
  const { history, acknowledged, answers } = workload;
  return { seed: options.seed, faults, failpoints, hits, requests: history.length, acknowledged, answers, quietAfterSeconds, differences };
}

async function injectFaults(scene: Scene, options: ChaosOptions, drawn: Iterator<Fault, void>): Promise<Map<string, number>> {
  const { seconds = 0, faults = 0, requests = 0, minutes = Infinity, say = () => undefined } = options;
  const counts = new Map<string, number>();
  const started = performance.now();
  const isOver = (): boolean => performance.now() > started + minutes * 60_000;
  let count = 0;
  await wait(1_500);
  while (!isOver() && (performance.now() < started + seconds * 1_000 || count < faults || scene.workload.acknowledged < requests)) {
    const { value: fault, done } = drawn.next();
    if (done) await wait(500);
    else {
      await fault.inject(scene);
      counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
      count += 1;
      say(`${count}  ${fault.name}  (${scene.workload.acknowledged} acknowledged)`);
    }
    await breathe(scene, faults > 0 ? requests / faults : 0);
  }
  return counts;
}

/** Between two faults something must be promised, or nothing could be lost; but one fault in five comes on top of the one before. */
async function breathe({ random, workload }: Scene, requestsPerFault: number): Promise<void> {
  await wait(random.between(100, 900));
  if (random.below(5) === 0) return;
  const enough = workload.acknowledged + requestsPerFault;
  for (const end = performance.now() + 15_000; workload.acknowledged < enough && performance.now() < end; ) await wait(50);
}

/** What the timetable would do within the hour is done now; the product's own comparison must find nothing either. */
async function finish(workload: Workload): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const job of ['retention-check', 'hold-release', 'daily-stats', 'reconcile']) {
    const run = await runJob(workload, job);
    const differs = job === 'daily-stats' || job === 'reconcile' ? Number(run['changed'] ?? 0) : 0;
    if (run['status'] !== 'succeeded' || differs > 0) found.push({ invariant: `the job ${job} finds nothing amiss`, detail: run });
  }
  return found;
}

async function runJob(workload: Workload, job: string): Promise<Record<string, unknown>> {
  let run = await workload.ask('POST', `/v1/jobs/${job}/runs`);
  while (run['status'] === 'running') {
    await wait(500);
    run = await workload.ask('GET', `/v1/jobs/${job}/runs/${String(run['id'])}`);
  }
  return run;
}

/** Every gateway ready, nothing unsent, nothing missing, nothing pending, twice in a row. */
export async function untilQuiet(owner: pg.Pool, http: HttpDoor, withinMs: number): Promise<void> {
  const isAtRest = async (): Promise<boolean> => (await http.areReady()) && (await isQuiet(owner).catch(() => false));
  const end = performance.now() + withinMs;
  for (let calm = 0; calm < 2 && performance.now() < end; await wait(250)) calm = (await isAtRest()) ? calm + 1 : 0;
}
