import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readEnv, Secrets } from '@referrals/config';
import { createDatabase } from '@referrals/persistence';
import { startPostgres, type NatsServer, type PostgresServer } from '@referrals/servers';
import { startAll, startBeside, startBrokerIn, startProcesses, type ProcessName, type RunningProcesses } from '@rooms/standalone';
import { migrateAll } from '@migrations/main';
import { Client } from './client.js';
import { deliverTwice } from './deliver-twice.js';

export type Shape = 'one process' | 'processes';
export const shapeOfThisRun = (): Shape => (process.env['STORIES_SHAPE'] === 'processes' ? 'processes' : 'one process');

export interface ProductOptions {
  shape?: Shape;
  /** every event is published a second time, under another message id */
  twice?: boolean;
  /** servers of its own that a story may stop; otherwise the run's PostgreSQL with a database of its own */
  ownServers?: boolean;
  testClock?: boolean;
  /** further processes beside the product: gateways that answer too, rooms that share the work */
  beside?: ProcessName[];
  /** further ones of the environment */
  variables?: Record<string, string>;
}

export interface Product {
  client: Client;
  /** of every gateway, the first one's first */
  clients: Client[];
  adminKey: string;
  databaseUrl: string;
  /** as a user who may do everything, to look behind the product's back */
  natsUrl: string;
  /** the owner's connections, to look behind the product's back */
  owner: pg.Pool;
  servers: { postgres: PostgresServer | null; nats: NatsServer; folder: string };
  /** null in one process */
  processes: RunningProcesses | null;
  stop(): Promise<void>;
}

/** Starts the whole product for a story, with a database and a broker of its own. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), 'referrals-story-'));
  const story = { name: 'story', password: randomBytes(16).toString('hex') };
  const [postgres, nats] = await Promise.all([
    options.ownServers ? startPostgres({ dataDir: join(folder, 'postgres') }) : null,
    startBrokerIn(folder, { users: [story] }),
  ]);
  const serverUrl = postgres?.url ?? process.env['TEST_DATABASE_URL']!;
  const databaseUrl = await createDatabase(serverUrl, `story_${randomBytes(5).toString('hex')}`);
  const adminKey = randomBytes(24).toString('base64url');
  const variables = {
    DATA_DIR: folder, DATABASE_URL: databaseUrl, NATS_URL: nats.url, ADMIN_API_KEY: adminKey, PORT: '0', LOG_FILE: join(folder, 'referrals.log'),
    TEST_CLOCK: options.testClock === false ? '0' : '1', ...options.variables,
  };
  const processes = (options.shape ?? shapeOfThisRun()) === 'processes' ? await startApart(variables) : null;
  const running = processes ?? (await startAll(readEnv(variables)));
  const natsUrl = nats.url.replace('//', `//${story.name}:${story.password}@`);
  const beside = options.beside ? await startBeside(options.beside, variables) : null;
  const client = new Client(running.url, adminKey);
  const copies = options.twice ? await deliverTwice(natsUrl) : null;
  const owner = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  owner.on('error', () => undefined); // a story may stop the server under it
  return {
    client, clients: [client, ...(beside?.urls ?? []).map((url) => new Client(url, adminKey))], adminKey, databaseUrl, natsUrl, owner, servers: { postgres, nats, folder }, processes,
    async stop() {
      await copies?.();
      await beside?.stop();
      await running.stop();
      await owner.end();
      await nats.stop();
      await postgres?.stop();
      if (!process.env['KEEP_STORIES']) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startApart(variables: Record<string, string>): Promise<RunningProcesses> {
  await migrateAll(variables['DATABASE_URL']!, new Secrets(variables['DATA_DIR']!));
  return startProcesses(variables);
}
