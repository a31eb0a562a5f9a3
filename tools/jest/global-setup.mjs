import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import globalTeardown from './global-teardown.mjs';

const dist = new URL('../../dist/', import.meta.url);

/** One PostgreSQL and one NATS server for the whole run, unless DATABASE_URL or NATS_URL name running ones. */
export default async function globalSetup() {
  try {
    await startServers();
  } catch (error) {
    // Jest calls no teardown after a failed setup.
    await globalTeardown();
    throw error;
  }
}

async function startServers() {
  const { startNats, startPostgres } = await import(new URL('libs/servers/src/index.js', dist).href);
  const folder = await mkdtemp(join(tmpdir(), 'referrals-test-'));
  const started = { folder, servers: [] };
  globalThis.referralsTestServers = started;
  const start = async (given, starting) => {
    if (given) return given;
    const server = await starting();
    started.servers.push(server);
    return server.url;
  };
  // What a test run holds may be lost with the machine: without fsync it is twice as fast.
  const [database, nats] = await Promise.all([
    start(process.env.DATABASE_URL, () => startPostgres({ dataDir: join(folder, 'postgres'), fsync: false })),
    start(process.env.NATS_URL, () => startNats({ dataDir: join(folder, 'nats'), jetstream: true })),
  ]);
  process.env.TEST_DATABASE_URL = database;
  process.env.TEST_NATS_URL = nats;
  const template = new URL('libs/testing/src/template.js', dist);
  if (existsSync(template)) {
    const { prepareTemplate } = await import(template.href);
    await prepareTemplate(database);
  }
}
