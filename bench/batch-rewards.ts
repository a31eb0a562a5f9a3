import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readEnv, Secrets } from '@referrals/config';
import { createDatabase, Database, roomUrl } from '@referrals/persistence';
import { startNats, startPostgres } from '@referrals/servers';
import { recomputeBatchRewards } from '@rooms/rewards';
import { startAll } from '@rooms/standalone';
import { migrateAll } from '@migrations/main';
import { BARE, DIFFERING, RESET, seed } from './batch-rewards/bare.js';
import { ENTITIES, recomputeThroughOrm } from './batch-rewards/one-by-one.js';
import { median, secondsOf } from './harness/measure.js';
import { numbers } from './harness/options.js';
import { introduce, report, seconds } from './harness/report.js';

/**
 * Measures the recomputation of all batch rewards beside the set-based SQL alone, and beside one referrer at a time. In turns, in the same run and on the
 * same rows; medians.
 */
const { referrers, referees, flawed, single, rounds } = numbers({ referrers: 100_000, referees: 3, flawed: 0.1, single: 10_000, rounds: 5 });

const folder = mkdtempSync(join(tmpdir(), 'referrals-bench-'));
const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
const databaseUrl = await createDatabase(postgres.url, 'referrals');
const secrets = new Secrets(folder);
await migrateAll(databaseUrl, secrets);
const owner = new pg.Client({ connectionString: databaseUrl, options: '-c jit=off -c work_mem=64MB' });
await owner.connect();
const db = await Database.open({ room: 'rewards', url: roomUrl(databaseUrl, 'rewards', secrets.get('database-rewards')), entities: ENTITIES });

const run = async (...statements: string[]): Promise<void> => {
  for (const text of statements) await owner.query(text);
};
const all = () => db.transaction((tx) => recomputeBatchRewards(tx, {}));
const together = () => db.transaction((tx) => recomputeBatchRewards(tx, { limit: single }));

/** Everything new, then nothing changed; the first round warms up. */
async function measureAll(): Promise<void> {
  const measured = { values: [] as number[], withLedger: [] as number[], fresh: [] as number[], again: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    await run(...RESET.split(';'));
    const withLedger = await secondsOf(() => run(BARE.withLedger));
    await run('truncate bare');
    const bare = await secondsOf(() => run(BARE.values));
    const fresh = await secondsOf(all);
    const again = await secondsOf(all);
    if (round === 0) continue;
    for (const [name, value] of Object.entries({ values: bare, withLedger, fresh, again })) measured[name as keyof typeof measured].push(value);
  }
  const [values, withLedger, fresh, again] = Object.values(measured).map(median) as [number, number, number, number];
  const { rows: [earning] } = await owner.query('select count(*)::int as count from rewards.batch_reward where slots > 0');
  const goal = { atMost: 2 };
  const size = `${referrers} referrers with ${referrers * referees} referees`;
  report({ line: `recompute ${size}, nothing changed`, product: seconds(again), limit: seconds(values), ratio: again / values, goal });
  report({
    line: `recompute ${size}, every reward new`, product: seconds(fresh), limit: seconds(withLedger), ratio: fresh / withLedger, goal,
    note: `the limit keeps a ledger too, an account and a transfer for each of ${earning.count} new slots; ${(fresh / values).toFixed(2)} × the values alone (${seconds(values)})`,
  });
  const { rows: [wrong] } = await owner.query(DIFFERING);
  if (wrong.differing > 0) throw new Error(`the SQL alone says otherwise of ${wrong.differing} referrers`);
}

async function measureOneByOne(): Promise<void> {
  const { rows } = await owner.query<{ id: string }>('select distinct referrer_id as id from rewards.referral order by 1 limit $1', [single]);
  const each = (work: (userId: string) => Promise<unknown>) => secondsOf(async () => {
    for (const { id } of rows) await work(id);
  });
  const atOnce: number[] = [];
  for (let round = 0; round <= rounds; round += 1) atOnce.push(await secondsOf(together));
  const fast = median(atOnce.slice(1));
  const command = await each((userId) => db.transaction((tx) => recomputeBatchRewards(tx, { userId })));
  const throughOrm = await each((userId) => recomputeThroughOrm(db, userId));
  const requests = await throughHttp(each);
  report({
    line: `recompute ${rows.length} referrers at once, beside a request each`, product: seconds(fast), limit: seconds(requests), ratio: requests / fast, goal: { atLeast: 500 },
    note: `beside a transaction each through the ORM (${seconds(throughOrm)}) ${(throughOrm / fast).toFixed(0)} ×, beside our own command for one (${seconds(command)}) ${(command / fast).toFixed(0)} ×`,
  });
}

async function throughHttp(each: (work: (userId: string) => Promise<unknown>) => Promise<number>): Promise<number> {
  const nats = await startNats({ dataDir: join(folder, 'nats'), jetstream: true });
  const adminKey = randomBytes(24).toString('base64url');
  const product = await startAll(readEnv({ DATA_DIR: folder, DATABASE_URL: databaseUrl, NATS_URL: nats.url, ADMIN_API_KEY: adminKey, PORT: '0', LOG_LEVEL: 'warn', TEST_CLOCK: '1', RATE_LIMIT_CLIENT: '0' }));
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
  introduce(`Batch rewards, medians of ${rounds} rounds`, 'the bench, PostgreSQL and, for the requests, the product in one process');
  await measureAll();
  await measureOneByOne();
} finally {
  await db.close();
  await owner.end();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
