import { join } from 'node:path';
import { readEnv, Secrets } from '@referrals/config';
import { createDatabase } from '@referrals/persistence';
import { startPostgres } from '@referrals/servers';
import { migrateAll } from '@migrations/main';
import { ownerOf } from './generate/fill-tables.js';
import { generate } from './generate/generate.js';
import { numbers } from './harness/options.js';

// `npm run generate -- --referrals 1000000`: fills the empty database of this checkout, or that of DATABASE_URL, in every room's tables; with `--events 0` all but
// the event logs.
const { referrals, events } = numbers({ referrals: 100_000, events: 1 });
const env = readEnv();
const server = env.DATABASE_URL ? null : await startPostgres({ dataDir: join(env.DATA_DIR, 'postgres') });
const url = env.DATABASE_URL ?? (await createDatabase(server!.url, 'referrals'));
await migrateAll(url, new Secrets(env.DATA_DIR), env.PROGRAMME_FILE);
try {
  const from = performance.now();
  await generate(url, { referrals, events: events === 1 }, (table) => console.log(`${((performance.now() - from) / 1_000).toFixed(0).padStart(6)} s  ${table}`));
  const owner = await ownerOf(url);
  const { rows } = await owner.query<{ size: string }>('select pg_size_pretty(pg_database_size(current_database())) as size');
  await owner.end();
  console.log(`the database has ${rows[0]!.size}`);
} finally {
  await server?.stop();
}
