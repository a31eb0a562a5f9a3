import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Secrets } from '@referrals/config';
import { createDatabase } from '@referrals/persistence';
import { startNats, startPostgres, type PostgresServer } from '@referrals/servers';
import { startProcesses, type RunningProcesses } from '@rooms/standalone';
import { migrateAll } from '@migrations/main';

/** Every room in a process of its own, on a database and a broker of its own. */
export interface Product {
  url: string;
  adminKey: string;
  databaseUrl: string;
  /** as the database's owner */
  owner: pg.Pool;
  processes: RunningProcesses['processes'];
  /** the broker's process */
  natsPid: number;
  /** Starts a second instance of every process. */
  another(): Promise<RunningProcesses>;
  stop(): Promise<void>;
}

export const STRIPE_SECRET = 'whsec_bench_0123456789abcdef0123456789abcdef';
export const HOST_SECRET = 'a secret of the host, for benches alone';

/** Servers and products of one measurement, in a temporary folder that goes with it. */
export class Stage {
  private readonly opened: (() => Promise<unknown>)[] = [];
  private readonly secrets: Secrets;

  private constructor(
    readonly folder: string,
    readonly postgres: PostgresServer,
  ) {
    this.secrets = new Secrets(folder);
  }

  /** Opens a stage for as long as `work` takes. @param settings of the server, beside its own */
  static async with(work: (stage: Stage) => Promise<void>, settings: Record<string, string> = {}): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'referrals-bench-'));
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), settings });
    const stage = new Stage(folder, postgres);
    const end = (): void => void stage.close().then(() => process.exit(1));
    process.once('SIGTERM', end).once('SIGINT', end);
    try {
      await work(stage);
    } finally {
      await stage.close();
      process.off('SIGTERM', end).off('SIGINT', end);
    }
  }

  /** A migrated database. */
  async database(name: string): Promise<{ url: string; owner: pg.Pool }> {
    const url = await createDatabase(this.postgres.url, name);
    await migrateAll(url, this.secrets);
    const owner = new pg.Pool({ connectionString: url, max: 3 });
    owner.on('error', () => undefined); // an idle connection ends with its server
    this.opened.push(() => owner.end());
    return { url, owner };
  }

  private async close(): Promise<void> {
    for (const close of this.opened.splice(0).reverse()) await close();
    await this.postgres.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** @param prepare fills the database before the rooms are started */
  async product(name = 'referrals', prepare?: (owner: pg.Pool, url: string) => Promise<unknown>): Promise<Product> {
    const { url: databaseUrl, owner } = await this.database(name);
    await prepare?.(owner, databaseUrl);
    const nats = await startNats({ dataDir: join(this.folder, `nats-${name}`), jetstream: true });
    this.opened.push(() => nats.stop());
    const adminKey = randomBytes(24).toString('base64url');
    const variables = { ...surroundings(), DATA_DIR: this.folder, DATABASE_URL: databaseUrl, NATS_URL: nats.url, ADMIN_API_KEY: adminKey };
    const running = await startProcesses(variables);
    const stop = once(() => running.stop());
    this.opened.push(stop);
    const another = async (): Promise<RunningProcesses> => {
      const second = await startProcesses(variables);
      const end = once(() => second.stop());
      this.opened.push(end);
      return { ...second, stop: end };
    };
    return { url: running.url, adminKey, databaseUrl, owner, processes: running.processes, natsPid: nats.pid, another, stop };
  }
}

/** `CPU_PROFILES=<folder>` has every process write a profile there when it ends. */
function surroundings(): Record<string, string> {
  const profiles = process.env['CPU_PROFILES'];
  return {
    PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', PORT: '0', LOG_LEVEL: 'warn', STRIPE_WEBHOOK_SECRET: STRIPE_SECRET, HOST_JWT_SECRET: HOST_SECRET, RATE_LIMIT_CLIENT: '0',
    ...(profiles && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` }),
  };
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= act());
}
