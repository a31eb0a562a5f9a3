import type pg from 'pg';
import { PROCESSES, type ProcessKey } from '@rooms/standalone';
import { deliverAgain } from './events-again.js';
import type { Failpoint } from './failpoints.js';
import type { Supervisor } from './product/supervisor.js';
import type { Random } from './random.js';
import type { Workload } from './load/workload.js';
import { wait } from './wait.js';

/** What a fault may take hold of. */
export interface Scene {
  supervisor: Supervisor;
  workload: Workload;
  owner: pg.Pool;
  random: Random;
  failpoints: Failpoint[];
  /** failpoints by how often a process died there */
  hits: Map<string, number>;
  /** the latest instant that the business clock was set to, in ms */
  furthest: number;
}

export interface Fault {
  name: string;
  /** how often it is drawn, among all weights */
  weight: number;
  /** it needs servers on disks of their own */
  needsDisks?: boolean;
  /** Heals before it returns, or leaves that to `supervisor.meanwhile`. */
  inject(scene: Scene): Promise<void>;
}

/** Longer than the broker waits for an acknowledgement (10 s), and than any request. */
const LONGER_THAN_ACK_WAIT = 11_000;
/** Compiled, also when this runs in a test. */
const SKEWED = new URL(import.meta.url.endsWith('.ts') ? '../dist/chaos/product/skewed-clock.js' : 'product/skewed-clock.js', import.meta.url).href;
const HOUR_MS = 3_600_000;

/** A process of the room; any, where all rooms are in one. */
function one({ supervisor, random }: Scene, room?: string): ProcessKey {
  const mine = supervisor.keys.filter((key) => key.split(' ')[0] === room);
  return random.pick(mine.length > 0 ? mine : supervisor.keys);
}

const processes: Fault[] = [
  ...PROCESSES.map((room): Fault => ({
    name: `SIGKILL ${room}`, weight: 5, inject: (scene) => scene.supervisor.killProcess(one(scene, room), scene.random.between(0, 400)),
  })),
  ...PROCESSES.map((room): Fault => ({
    name: `SIGSTOP ${room}`, weight: 1, inject: (scene) => scene.supervisor.pauseProcess(one(scene, room), scene.random.between(100, 1_500)),
  })),
  {
    name: 'SIGSTOP of a room for longer than the broker waits', weight: 2,
    inject: async (scene) => scene.supervisor.meanwhile(scene.supervisor.pauseProcess(one(scene), LONGER_THAN_ACK_WAIT)),
  },
  { name: 'SIGKILL at a failpoint', weight: 14, inject: killAtFailpoint },
  { name: 'one process more of a room, later one less', weight: 2, inject: oneMore },
  {
    name: 'rolling restart', weight: 1,
    inject: async ({ supervisor }) => {
      for (const key of supervisor.keys) await supervisor.rollProcess(key);
    },
  },
];

const servers: Fault[] = [
  { name: 'SIGKILL postgres', weight: 4, inject: ({ supervisor, random }) => supervisor.servers.killPostgres(random.between(0, 500)) },
  { name: 'SIGKILL nats', weight: 4, inject: ({ supervisor, random }) => supervisor.servers.killNats(random.between(0, 500)) },
  { name: 'SIGKILL nats, store wiped', weight: 2, inject: ({ supervisor, random }) => supervisor.servers.wipeNats(random.between(0, 500)) },
];

const disks: Fault[] = [
  { name: 'disk full for postgres', weight: 1, needsDisks: true, inject: ({ supervisor }) => supervisor.servers.fillPostgres(1_500) },
  { name: 'disk full for nats', weight: 1, needsDisks: true, inject: ({ supervisor }) => supervisor.servers.fillNats(1_000) },
  { name: 'power cut of postgres', weight: 1, needsDisks: true, inject: ({ supervisor }) => supervisor.servers.cutPowerOfPostgres() },
  { name: 'power cut of nats', weight: 1, needsDisks: true, inject: ({ supervisor }) => supervisor.servers.cutPowerOfNats() },
];

const lines: Fault[] = (['postgres', 'nats'] as const).flatMap((server): Fault[] => {
  const lineOf = ({ supervisor }: Scene) => (server === 'postgres' ? supervisor.servers.postgresLine : supervisor.servers.natsLine);
  return [
    { name: `connections to ${server} cut`, weight: 3, inject: async (scene) => lineOf(scene).cut(scene.random.between(20, 100), scene.random) },
    { name: `connections to ${server} slow`, weight: 2, inject: (scene) => lineOf(scene).slow(scene.random.between(20, 120), scene.random.between(300, 1_500)) },
    { name: `connections to ${server} silent`, weight: 2, inject: (scene) => lineOf(scene).silent(scene.random.between(300, 3_000)) },
  ];
});

const deliveries: Fault[] = [
  {
    name: 'events twice, late and shuffled', weight: 3,
    inject: async ({ supervisor, random }) =>
      supervisor.meanwhile(deliverAgain(supervisor.servers.watchedUrl, random, random.between(500, 4_000)).catch(() => undefined)),
  },
];

const clocks: Fault[] = [
  { name: 'business clock back by hours', weight: 1, inject: (scene) => jump(scene, -scene.random.between(1, 6) * HOUR_MS) },
  { name: 'business clock ahead by days', weight: 1, inject: (scene) => jump(scene, scene.random.between(1, 72) * HOUR_MS) },
  { name: 'clock of a process wrong by hours', weight: 2, inject: skewProcess },
];

export const FAULTS: Fault[] = [...processes, ...servers, ...disks, ...lines, ...deliveries, ...clocks];

/** The failpoint that was hit least so far, in a room that passes it. */
async function killAtFailpoint(scene: Scene): Promise<void> {
  const { failpoints, hits, supervisor, random } = scene;
  const fewest = Math.min(...failpoints.map(({ name }) => hits.get(name) ?? 0));
  const { name, room } = random.pick(failpoints.filter((failpoint) => (hits.get(failpoint.name) ?? 0) === fewest));
  const key = one(scene, room ?? random.pick(['codes', 'relationships', 'fraud', 'rewards']));
  if (await supervisor.killAtFailpoint(key, `${name}:${random.between(1, 12)}`, 8_000)) hits.set(name, (hits.get(name) ?? 0) + 1);
}

/** A third process of a room, say; the next time it goes. */
async function oneMore(scene: Scene): Promise<void> {
  const { supervisor, random } = scene;
  const extra = supervisor.keys.find((key) => key.endsWith(' 9'));
  if (extra) await supervisor.removeProcess(extra);
  else supervisor.addProcess(`${random.pick(PROCESSES.filter((name) => name !== 'gateway'))} 9`);
}

/** What is due then is paid then, and nothing before. */
async function jump(scene: Scene, byMs: number): Promise<void> {
  const { owner, workload, random } = scene;
  const moved = await owner.query('insert into common.test_clock (now, running, set_at) values (clock_timestamp() + $1 * interval \'1 ms\', true, clock_timestamp())', [byMs]).catch(() => null);
  if (!moved) return;
  await workload.http.call('POST', '/v1/jobs/hold-release/runs', '{}').catch(() => undefined);
  await wait(random.between(200, 1_500));
  while (!(await owner.query('delete from common.test_clock').catch(() => null))) await wait(100);
  scene.furthest = Math.max(scene.furthest, Date.now() + byMs);
}

async function skewProcess(scene: Scene): Promise<void> {
  const { supervisor, random } = scene;
  const key = one(scene);
  const skew = random.pick([-26, -1, 1, 26]) * HOUR_MS;
  await supervisor.killProcess(key, 0, { NODE_OPTIONS: `--import=${SKEWED}`, CHAOS_CLOCK_SKEW_MS: String(skew) });
  await wait(random.between(1_000, 3_000));
  await supervisor.killProcess(key, 0);
}
