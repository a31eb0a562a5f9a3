import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { createReadStream } from 'node:fs';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { readEnv } from '@referrals/config';
import { createDatabase } from '@referrals/persistence';
import { startNats, startPostgres } from '@referrals/servers';
import { startAll } from '@rooms/standalone';

/**
 * Measures `referrals import` of a file of referrals beside the bare COPY of the same rows into a table like the product's, its indexes included; the import
 * is killed with SIGKILL on the way as often as asked, and what stands in the end is compared with the file.
 */
const { values } = parseArgs({ options: { referrals: { type: 'string', default: '100000' }, kills: { type: 'string', default: '3' } } });
const [referrals, kills] = [Number(values.referrals), Number(values.kills)];
const PER_REFERRER = 10;

const folder = mkdtempSync(join(tmpdir(), 'referrals-bench-'));
const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
const nats = await startNats({ dataDir: join(folder, 'nats'), jetstream: true });
const databaseUrl = await createDatabase(postgres.url, 'referrals');
const adminKey = randomBytes(24).toString('base64url');
const product = await startAll(readEnv({
  DATA_DIR: folder, DATABASE_URL: databaseUrl, NATS_URL: nats.url, ADMIN_API_KEY: adminKey, PORT: '0', LOG_FILE: join(folder, 'referrals.log'), LOG_LEVEL: 'warn',
}));
const owner = new pg.Client({ connectionString: databaseUrl });
await owner.connect();

const COLUMNS = 'refereeId,referrerId,registeredAt,activatedAt,qualifiedAt';
/** Trees of referees who bring referees; every third has paid. */
const lineOf = (n: number): string => {
  const at = (hours: number): string => new Date(Date.UTC(2024, 0, 1) + (n % 8_000) * 3_600_000 + hours * 3_600_000).toISOString();
  const referrer = n < PER_REFERRER ? 'root' : `user-${String(Math.floor(n / PER_REFERRER)).padStart(8, '0')}`;
  return `user-${String(n + 1).padStart(8, '0')},${referrer},${at(0)},${at(5)},${n % 3 === 0 ? at(48) : ''}`;
};

async function writeFile(file: string): Promise<void> {
  const stream = createWriteStream(file);
  stream.write(`${COLUMNS}\n`);
  for (let n = 0; n < referrals; n += 1) if (!stream.write(`${lineOf(n)}\n`)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'finish');
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
};

/** The same rows and keys as a referral has; ids are made by the server. */
async function copy(file: string): Promise<void> {
  await owner.query(`create table bare (like relationships.referral including all)`);
  await owner.query(`alter table bare alter id set default rewards.uuid_v7(), alter code_id set default rewards.uuid_v7(), alter code_type set default 'auto',
    alter arrived_at set default now()`);
  const columns = 'referee_id, referrer_id, registered_at, activated_at, qualified_at';
  await pipeline(createReadStream(file), owner.query(copyFrom(`copy bare (${columns}) from stdin with (format csv, header)`)));
}

const MAIN = new URL('../apps/cli/src/main.js', import.meta.url).pathname;
let mostMegabytes = 0;

async function importOnce(file: string, killAfterMs: number | null): Promise<boolean> {
  const env = { REFERRALS_URL: product.url, REFERRALS_KEY: adminKey };
  const child = spawn(process.execPath, [MAIN, 'import', file, '--json'], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const watch = setInterval(() => (mostMegabytes = Math.max(mostMegabytes, residentOf(child.pid!))), 100);
  const timer = killAfterMs === null ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  clearInterval(watch);
  return code === 0;
}

function residentOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

const one = async (text: string): Promise<number> => Number(Object.values((await owner.query<Record<string, string>>(text)).rows[0]!)[0]);

try {
  const file = join(folder, 'referrals.csv');
  await writeFile(file);
  console.log(`${cpus().length} cores (${cpus()[0]?.model.trim()}) for everything, ${referrals} referrals of ${Math.ceil(referrals / PER_REFERRER)} referrers\n`);
  const bare = await timed(() => copy(file));
  console.log(`  bare COPY with the same indexes            ${bare.toFixed(2).padStart(8)} s`);
  let killed = 0;
  const imported = await timed(async () => {
    for (; killed < kills; killed += 1) if (await importOnce(file, 1_000 + Math.random() * 2_000)) break;
    if (!(await importOnce(file, null))) throw new Error('the import was refused');
  });
  console.log(`  import, killed ${killed} times on the way          ${imported.toFixed(2).padStart(8)} s   ${(imported / bare).toFixed(1)} × the COPY (goal: 10)`);
  console.log(`  most memory of the command                 ${mostMegabytes.toFixed(0).padStart(8)} MB`);
  const drained = await timed(async () => {
    while ((await one('select count(*) from rewards.referral')) < referrals || (await one('select count(*) from insights.referral')) < referrals) await sleep(100);
  });
  console.log(`  until tier, level and statistics know it   ${drained.toFixed(2).padStart(8)} s more`);
  const stand = {
    referrals: await one('select count(*) from relationships.referral'), uses: await one('select sum(uses)::int from relationships.code_use'),
    qualified: await one('select sum(qualified_count)::int from rewards.referrer'), bonuses: await one('select count(*) from rewards.bonus'),
  };
  const expected = { referrals, uses: referrals, qualified: Math.ceil(referrals / 3), bonuses: 0 };
  const same = JSON.stringify(stand) === JSON.stringify(expected);
  console.log(`  in the end ${JSON.stringify(stand)}: ${same ? 'nothing lost, nothing twice' : `expected ${JSON.stringify(expected)}`}`);
  if (!same) process.exitCode = 1;
} finally {
  await owner.end();
  await product.stop();
  await nats.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
