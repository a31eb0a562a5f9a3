import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Secrets } from '@referrals/config';
import { createDatabase } from '@referrals/persistence';
import { startPostgres } from '@referrals/servers';
import { startBrokerIn, startProcesses } from '@rooms/standalone';
import { migrateAll } from '@migrations/main';
import { Limit, type Referrer } from './limit.js';
import { load } from './load.js';

/**
 * Measures registrations through HTTP beside the limit that one SQL call per registration sets, in the same run and in turns, so that a machine that
 * gets slower gets slower for both. Client, servers and the product's six processes share the cores.
 */
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '5' }, rounds: { type: 'string', default: '3' }, referrers: { type: 'string', default: '20000' } },
});
const [seconds, rounds, count] = [Number(values.seconds), Number(values.rounds), Number(values.referrers)];
const CONNECTIONS = [32, 128];
const LIMIT_CLIENTS = [8, 16, 32];

const folder = mkdtempSync(join(tmpdir(), 'referrals-bench-'));
const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
const nats = await startBrokerIn(folder);
const adminKey = randomBytes(24).toString('base64url');
const databaseUrl = await createDatabase(postgres.url, 'referrals');
const limitUrl = await createDatabase(postgres.url, 'limit_sync');
const secrets = new Secrets(folder);
await migrateAll(databaseUrl, secrets);
await migrateAll(limitUrl, secrets);
const product = await startProcesses({
  PATH: process.env['PATH'] ?? '', ...(process.env['CPU_PROFILES'] && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${process.env['CPU_PROFILES']}` }), NODE_ENV: 'production', DATA_DIR: folder, DATABASE_URL: databaseUrl, NATS_URL: nats.url, ADMIN_API_KEY: adminKey, PORT: '0',
  LOG_LEVEL: 'warn',
});
const owner = new pg.Pool({ connectionString: databaseUrl, max: 2 });

try {
  const referrers = await makeReferrers();
  const limit = await Limit.prepare(limitUrl, referrers);
  console.log(`${cpus().length} cores (${cpus()[0]?.model.trim()}), ${rounds} rounds of ${seconds} s, ${count} referrers; client, servers and six processes share the cores\n`);
  const rates = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round += 1) {
    const measured = new Map<string, number>();
    for (const clients of LIMIT_CLIENTS) measured.set(`L_sync, ${clients} clients`, await limit.run(clients, seconds));
    for (const connections of CONNECTIONS) measured.set(`HTTP, ${connections} connections`, await measure(connections, referrers));
    if (round === 0) {
      // statistics as autovacuum keeps them: plans made for empty tables would be measured otherwise
      for (const url of [databaseUrl, limitUrl]) await analyze(url);
      continue; // warm-up
    }
    for (const [name, rate] of measured) rates.set(name, [...(rates.get(name) ?? []), rate]);
  }
  const medians = new Map([...rates].map(([name, all]) => [name, median(all)]));
  const best = Math.max(...LIMIT_CLIENTS.map((clients) => medians.get(`L_sync, ${clients} clients`)!));
  console.log('\nregistrations per second, medians');
  for (const [name, rate] of medians) console.log(`  ${name.padEnd(24)} ${rate.toFixed(0).padStart(7)}   ${(rate / best).toFixed(2)} × L_sync`);
} finally {
  await product.stop();
  await owner.end();
  await nats.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(connections: number, referrers: Referrer[]): Promise<number> {
  let turn = Math.floor(performance.now());
  const bodyOf = () => ({ refereeId: `bench-${connections}-${performance.now()}-${turn}`, code: codeOf((turn += 1) % referrers.length), appId: 'chat' });
  const result = await load(product.url, adminKey, '/v1/referrals', connections, seconds, bodyOf);
  const drained = await untilQuiet();
  console.log(
    `HTTP, ${connections} connections: ${result.perSecond.toFixed(0)}/s, p50 ${result.p50Ms.toFixed(1)} ms, p99 ${result.p99Ms.toFixed(1)} ms, ` +
      `${result.accepted} accepted, ${result.refused} refused, paid bonuses after ${drained.toFixed(1)} s more`,
  );
  return result.perSecond;
}

/** Waits until every registration's bonuses are paid. @returns seconds */
async function untilQuiet(): Promise<number> {
  const from = performance.now();
  for (;;) {
    const { rows } = await owner.query<{ missing: number }>(
      `select (select count(*) from relationships.referral)::int * 2 - (select count(*) from rewards.bonus where status = 'paid')::int as missing`);
    if (rows[0]!.missing === 0) return (performance.now() - from) / 1_000;
    if (performance.now() - from > 120_000) throw new Error(`${rows[0]!.missing} bonuses are missing after two minutes`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Enough referrers that none reaches the daily limit of twenty. */
async function makeReferrers(): Promise<Referrer[]> {
  await owner.query(
    `insert into codes.code (id, user_id, code, lookup_key, type, created_at)
     select gen_random_uuid(), 'referrer-' || n, 'B' || lpad(n::text, 8, '0'), 'B' || lpad(n::text, 8, '0'), 'auto', common.now() from generate_series(1, $1) n`,
    [count],
  );
  const { rows } = await owner.query<Referrer>(`select id as "codeId", user_id as "userId" from codes.code order by code`);
  return rows;
}

async function analyze(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('analyze');
  await client.end();
}

function codeOf(index: number): string {
  return `B${String(index + 1).padStart(8, '0')}`;
}

function median(all: number[]): number {
  const sorted = [...all].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}
