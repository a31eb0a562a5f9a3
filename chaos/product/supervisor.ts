import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Secrets } from '@referrals/config';
import { createDatabase } from '@referrals/persistence';
import { endProcess, startProcesses, type ProcessKey, type RunningProcesses } from '@rooms/standalone';
import { migrateAll } from '@migrations/main';
import { Servers } from './servers.js';
import { wait } from '../wait.js';

export interface Shape {
  /** processes of each room */
  instances: number;
  /** every room in one process, which starts quickly */
  inOne?: boolean;
  /** servers on disks of their own: see `whyNoDisks` */
  disks: boolean;
  /** the compiled product, where it is not this one: broken on purpose, see mutations/ */
  product?: string | undefined;
}

/** The product as separate processes on real servers, each of which can be hurt and healed. */
export class Supervisor {
  /** A process that ends without being told to is a fault of ours, whatever was done to its neighbours. */
  readonly endedByThemselves: ProcessKey[] = [];
  readonly stripeSecret = `whsec_${randomBytes(16).toString('hex')}`;
  readonly adminKey = randomBytes(24).toString('base64url');
  /** what was begun and heals later: a process that stands still while other things happen */
  private readonly healing = new Set<Promise<void>>();

  private constructor(
    readonly folder: string,
    readonly servers: Servers,
    readonly databaseUrl: string,
  ) {}

  product!: RunningProcesses;

  static async start({ instances, inOne = false, disks, product }: Shape): Promise<Supervisor> {
    const folder = mkdtempSync(join(tmpdir(), 'referrals-chaos-'));
    const servers = await Servers.start(folder, disks);
    const supervisor: Supervisor = new Supervisor(folder, servers, await createDatabase(servers.postgresUrl, 'referrals'));
    await (await migrationsOf(product))(supervisor.databaseUrl, new Secrets(folder));
    supervisor.product = await startProcesses(supervisor.variables(), { instances, ...(inOne && { names: ['standalone'] }), ...(product && { apps: join(product, 'apps') }) });
    await servers.settle();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void supervisor.stop().finally(() => process.exit(1)));
    return supervisor;
  }

  private variables(): Record<string, string> {
    const { servers, folder } = this;
    return {
      PATH: process.env['PATH'] ?? '', DATA_DIR: folder, PORT: '0', LOG_FILE: join(folder, 'referrals.log'), LOG_LEVEL: 'warn',
      DATABASE_URL: servers.postgresLine.through(this.databaseUrl), NATS_URL: servers.natsLine.through(servers.natsUrl),
      ADMIN_API_KEY: this.adminKey, STRIPE_WEBHOOK_SECRET: this.stripeSecret,
    };
  }

  get keys(): ProcessKey[] {
    return [...this.product.processes.keys()];
  }

  isRunning(key: ProcessKey): boolean {
    const child = this.product.processes.get(key);
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** SIGKILL, as a machine that goes away would; started again at once or after a while. */
  async killProcess(key: ProcessKey, downMs: number, extra: Record<string, string> = {}): Promise<void> {
    const child = this.product.processes.get(key)!;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (!this.isRunning(key)) this.endedByThemselves.push(key);
    else if (child.kill('SIGKILL')) await ended;
    await wait(downMs);
    this.product.restart(key, extra);
  }

  /** Starts it again with the failpoint armed. @returns whether it died there; it runs again in either case */
  async killAtFailpoint(key: ProcessKey, failpoint: string, withinMs: number): Promise<boolean> {
    await this.killProcess(key, 0, { FAILPOINT: failpoint });
    const child = this.product.processes.get(key)!;
    const died = await Promise.race([once(child, 'exit').then(() => true), wait(withinMs).then(() => false)]);
    if (died) this.product.restart(key);
    else await this.killProcess(key, 0);
    return died && child.signalCode === 'SIGKILL';
  }

  /** One more of its room, for as long as it is not told to go. */
  addProcess(key: ProcessKey): void {
    this.product.restart(key);
  }

  async removeProcess(key: ProcessKey): Promise<void> {
    await endProcess(this.product.processes.get(key)!);
    this.product.processes.delete(key);
  }

  /** Ends as it should, and starts again, as when a new version is rolled out. */
  async rollProcess(key: ProcessKey): Promise<void> {
    await endProcess(this.product.processes.get(key)!);
    this.product.restart(key);
  }

  /** Starts what ended by itself, so that the run can go on, and remembers it. */
  restartTheFallen(): void {
    for (const key of this.keys) {
      if (this.isRunning(key)) continue;
      this.endedByThemselves.push(key);
      this.product.restart(key);
    }
  }

  async pauseProcess(key: ProcessKey, pausedMs: number): Promise<void> {
    const child = this.product.processes.get(key)!;
    child.kill('SIGSTOP');
    await wait(pausedMs);
    child.kill('SIGCONT');
  }

  /** Lets the healing take its time while other faults happen. */
  meanwhile(healing: Promise<void>): void {
    const done = healing.finally(() => this.healing.delete(done));
    this.healing.add(done);
  }

  async healed(): Promise<void> {
    await Promise.all(this.healing);
    this.restartTheFallen();
  }

  async stop({ keep = false } = {}): Promise<void> {
    await this.product.stop();
    await this.servers.stop();
    if (keep) return;
    await this.servers.unmount();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function migrationsOf(product: string | undefined): Promise<typeof migrateAll> {
  if (!product) return migrateAll;
  const { migrateAll: theirs } = (await import(pathToFileURL(join(product, 'migrations', 'main.js')).href)) as { migrateAll: typeof migrateAll };
  return theirs;
}
