import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { readEnv, Secrets } from '@referrals/config';
import { createDatabase, Database, roomUrl } from '@referrals/persistence';
import { startNats, startPostgres } from '@referrals/servers';
import { recomputeBatchRewards } from '@rooms/rewards';
import { startAll } from '@rooms/standalone';
import { migrateAll } from '@migrations/main';
import { BARE, DIFFERING, RESET, seed } from './bare.js';
import { ENTITIES, recomputeThroughOrm } from './one-by-one.js';

/**
 * Measures the recomputation of all batch rewards beside the set-based SQL alone, and beside one referrer at a time. In turns, in the same run and on the
 * same rows; medians.
 */
const { values } = parseArgs({
  options: {
    referrers: { type: 'string', default: '100000' }, referees: { type: 'string', default: '3' }, flawed: { type: 'string', default: '0.1' },
    single: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '5' },
  },
});
const [referrers, referees, flawed, single, rounds] = [values.referrers, values.referees, values.flawed, values.single, values.rounds].map(Number) as [number, number, number, number, number];

const folder = mkdtempSync(join(tmpdir(), 'referrals-bench-'));
const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
const databaseUrl = await createDatabase(postgres.url, 'referrals');
const secrets = new Secrets(folder);
await migrateAll(databaseUrl, secrets);
const owner = new pg.Client({ connectionString: databaseUrl, options: '-c jit=off -c work_mem=64MB' });
await owner.connect();
const db = await Database.open({ room: 'rewards', url: roomUrl(databaseUrl, 'rewards', secrets.get('database-rewards')), entities: ENTITIES });

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
};
const run = async (...statements: string[]): Promise<void> => {
  for (const text of statements) await owner.query(text);
};
const all = () => db.transaction((tx) => recomputeBatchRewards(tx, {}));
const together = () => db.transaction((tx) => recomputeBatchRewards(tx, { limit: single }));
const median = (list: number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!;
const show = (name: string, seconds: number, more = ''): void => console.log(`  ${name.padEnd(64)} ${seconds.toFixed(3).padStart(9)} s   ${more}`);

/** Everything new, then nothing changed; the first round warms up. */
async function measureAll(): Promise<void> {
  const measured = { values: [] as number[], withLedger: [] as number[], fresh: [] as number[], again: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    await run(...RESET.split(';'));
    const withLedger = await timed(() => run(BARE.withLedger));
    await run('truncate bare');
    const bare = await timed(() => run(BARE.values));
    const fresh = await timed(all);
    const again = await timed(all);
    if (round === 0) continue;
    for (const [name, seconds] of Object.entries({ values: bare, withLedger, fresh, again })) measured[name as keyof typeof measured].push(seconds);
  }
  const [values, withLedger, fresh, again] = Object.values(measured).map(median) as [number, number, number, number];
  const { rows: [earning] } = await owner.query('select count(*)::int as count from rewards.batch_reward where slots > 0');
  show('the set-based SQL alone, the values', values);
  show(`the same with an account and a transfer for each of ${earning.count} new slots`, withLedger);
  show('all, every reward new, with the ledger of slots', fresh, `${(fresh / withLedger).toFixed(2)} × the SQL alone that keeps a ledger, ${(fresh / values).toFixed(2)} × the values`);
  show('all again, nothing changed', again, `${(again / values).toFixed(2)} × the SQL alone`);
  const { rows: [wrong] } = await owner.query(DIFFERING);
  console.log(`  both say the same of all but ${wrong.differing} referrers\n`);
}

async function measureOneByOne(): Promise<void> {
  const { rows } = await owner.query<{ id: string }>('select distinct referrer_id as id from rewards.referral order by 1 limit $1', [single]);
  const each = (work: (userId: string) => Promise<unknown>) => timed(async () => {
    for (const { id } of rows) await work(id);
  });
  const atOnce: number[] = [];
  for (let round = 0; round <= rounds; round += 1) atOnce.push(await timed(together));
  const fast = median(atOnce.slice(1));
  show(`${rows.length} referrers at once`, fast);
  const tell = (name: string, seconds: number): void => show(`one at a time, ${name}`, seconds, `${(seconds / fast).toFixed(0)} × as long`);
  tell('a call of the command in a transaction each', await each((userId) => db.transaction((tx) => recomputeBatchRewards(tx, { userId }))));
  tell('a transaction each that loads through the ORM', await each((userId) => recomputeThroughOrm(db, userId)));
  tell('a request each, as a host would ask', await throughHttp(each));
}

async function throughHttp(each: (work: (userId: string) => Promise<unknown>) => Promise<number>): Promise<number> {
  const nats = await startNats({ dataDir: join(folder, 'nats'), jetstream: true });
  const adminKey = randomBytes(24).toString('base64url');
  const product = await startAll(readEnv({ DATA_DIR: folder, DATABASE_URL: databaseUrl, NATS_URL: nats.url, ADMIN_API_KEY: adminKey, PORT: '0', LOG_LEVEL: 'warn', TEST_CLOCK: '1' }));
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
  try {
    return await each(async (userId) => {
      const answer = await fetch(`${product.url}/v1/batch-rewards/recompute`, { method: 'POST', headers, body: JSON.stringify({ userId }) });
      if (answer.status !== 200) throw new Error(`recomputing ${userId} answered ${answer.status}: ${await answer.text()}`);
      await answer.text();
    });
  } finally {
    await product.stop();
    await nats.stop();
  }
}

try {
  await owner.query('insert into common.test_clock (now, running, set_at) values (clock_timestamp(), false, clock_timestamp())');
  await run(seed(referrers, referees, flawed));
  console.log(`${cpus().length} cores (${cpus()[0]?.model.trim()}), ${referrers} referrers with ${referrers * referees} referees, medians of ${rounds} rounds\n`);
  await measureAll();
  await measureOneByOne();
} finally {
  await db.close();
  await owner.end();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
