import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { readEnv, Secrets } from '@referrals/config';
import { createDatabase } from '@referrals/persistence';
import { startPostgres } from '@referrals/servers';
import { migrateAll } from '@migrations/main';
import { generate } from './generate/generate.js';

// `npm run generate -- --referrals 1000000`: fills the empty database of this checkout, or that of DATABASE_URL, in every room's tables.
const { values } = parseArgs({ options: { referrals: { type: 'string', default: '100000' }, 'without-events': { type: 'boolean', default: false } } });
const env = readEnv();
const server = env.DATABASE_URL ? null : await startPostgres({ dataDir: join(env.DATA_DIR, 'postgres') });
const url = env.DATABASE_URL ?? (await createDatabase(server!.url, 'referrals'));
await migrateAll(url, new Secrets(env.DATA_DIR), env.PROGRAMME_FILE);
const owner = new pg.Client({ connectionString: url });
await owner.connect();
try {
  const from = performance.now();
  await generate(owner, { referrals: Number(values.referrals), events: !values['without-events'] }, (done) => {
    const seconds = (performance.now() - from) / 1_000;
    console.log(`${done.toLocaleString('en')} referrals after ${seconds.toFixed(0)} s`);
  });
  const { rows } = await owner.query<{ size: string }>('select pg_size_pretty(pg_database_size(current_database())) as size');
  console.log(`the database has ${rows[0]!.size}`);
} finally {
  await owner.end();
  await server?.stop();
}
