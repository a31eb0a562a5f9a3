import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secrets } from '@referrals/config';
import { createDatabase } from '@referrals/persistence';
import { startPostgres, type NatsServer, type PostgresServer } from '@referrals/servers';
import { startBrokerIn, startProcesses, type ProcessName, type RunningProcesses } from '@rooms/standalone';
import { migrateAll } from '@migrations/main';

/** The product as separate processes on real servers, each of which can be hurt and healed. */
export class Supervisor {
  /** A process that ends without being told to is a fault of ours, whatever was done to its neighbours. */
  readonly endedByThemselves: ProcessName[] = [];

  private constructor(
    readonly folder: string,
    readonly databaseUrl: string,
    readonly adminKey: string,
    readonly product: RunningProcesses,
    private postgres: PostgresServer,
    private nats: NatsServer,
  ) {}

  static async start(): Promise<Supervisor> {
    const folder = mkdtempSync(join(tmpdir(), 'referrals-chaos-'));
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
    const nats = await startBrokerIn(folder);
    const databaseUrl = await createDatabase(postgres.url, 'referrals');
    await migrateAll(databaseUrl, new Secrets(folder));
    const adminKey = randomBytes(24).toString('base64url');
    const product = await startProcesses({
      PATH: process.env['PATH'] ?? '', DATA_DIR: folder, DATABASE_URL: databaseUrl, NATS_URL: nats.url, ADMIN_API_KEY: adminKey, PORT: '0',
      LOG_FILE: join(folder, 'referrals.log'), LOG_LEVEL: 'warn',
    });
    return new Supervisor(folder, databaseUrl, adminKey, product, postgres, nats);
  }

  pidOf(name: ProcessName): number {
    return this.product.processes.get(name)!.pid!;
  }

  /** SIGKILL, as a machine that goes away would; started again at once or after a while. */
  async killProcess(name: ProcessName, downMs: number): Promise<void> {
    const child = this.product.processes.get(name)!;
    const isRunning = child.exitCode === null && child.signalCode === null;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (!isRunning) this.endedByThemselves.push(name);
    else if (child.kill('SIGKILL')) await ended;
    await wait(downMs);
    this.product.restart(name);
  }

  /** Starts what ended by itself, so that the run can go on, and remembers it. */
  restartTheFallen(): void {
    for (const [name, child] of this.product.processes) {
      if (child.exitCode === null && child.signalCode === null) continue;
      this.endedByThemselves.push(name);
      this.product.restart(name);
    }
  }

  async pauseProcess(name: ProcessName, pausedMs: number): Promise<void> {
    const child = this.product.processes.get(name)!;
    child.kill('SIGSTOP');
    await wait(pausedMs);
    child.kill('SIGCONT');
  }

  async killPostgres(downMs: number): Promise<void> {
    process.kill(this.postgres.pid, 'SIGKILL');
    await this.postgres.stop();
    await wait(downMs);
    this.postgres = await startPostgres({ dataDir: join(this.folder, 'postgres') });
  }

  /** @param wiped takes the broker's whole store away as well */
  async killNats(downMs: number, wiped = false): Promise<void> {
    process.kill(this.nats.pid, 'SIGKILL');
    await this.nats.stop();
    if (wiped) rmSync(join(this.folder, 'nats', 'store'), { recursive: true, force: true });
    await wait(downMs);
    this.nats = await startBrokerIn(this.folder);
  }

  async stop({ keep = false } = {}): Promise<void> {
    await this.product.stop();
    await this.nats.stop();
    await this.postgres.stop();
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
