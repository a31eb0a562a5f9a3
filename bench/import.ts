import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { copyRows, countRows, grownSince } from './harness/copy-rows.js';
import { secondsOf, sleep } from './harness/measure.js';
import { numbers } from './harness/options.js';
import { introduce, report, seconds } from './harness/report.js';
import { Stage, type Product } from './harness/stage.js';
import { countStatements, printStatements, STATEMENTS } from './harness/statements.js';
import { difference, mostMegabytes, ProcessorTime } from './processor-time.js';

/**
 * `referrals import` of a file of referrals, killed with SIGKILL on the way as often as asked, beside the bare COPY of the rows that stand in the rooms'
 * tables afterwards. The import ends when the last room has counted the last referral, and what stands then is compared with the file.
 * The COPY goes over one connection into tables with the same columns, checks and indexes and nothing else, on the same server, while nothing else runs.
 */
const { referrals, kills, statements } = numbers({ referrals: 100_000, kills: 2, statements: 0 });
const PER_REFERRER = 10;
const MAIN = new URL('../apps/cli/src/main.js', import.meta.url).pathname;
const STAND = `select
  (select count(*)::int from relationships.referral) as referrals, (select sum(uses)::int from relationships.code_use) as uses,
  (select count(*)::int from rewards.referral) as counted, (select sum(qualified_count)::int from rewards.referrer) as qualified,
  (select count(*)::int from insights.referral) as known, (select sum(uses_count)::int from codes.code) as shown, (select count(*)::int from rewards.bonus) as bonuses`;
const DERIVED = `select (select count(*) from rewards.referral) >= $1 and (select count(*) from insights.referral) >= $1 and (select sum(uses_count) from codes.code) >= $1 as done`;

await Stage.with(async (stage) => {
  introduce(`an import of ${referrals.toLocaleString('en')} referrals of ${Math.ceil(referrals / PER_REFERRER).toLocaleString('en')} referrers`, 'the command, PostgreSQL, NATS and the processes of the product');
  const file = join(stage.folder, 'referrals.csv');
  await writeFile(file);
  const product = await stage.product();
  const before = await countRows(product.owner);
  if (statements > 0) await countStatements(product.owner);
  const pids = new Map<string, number>([...product.processes].map(([name, child]) => [`node: ${name}`, child.pid!]));
  const clock = new ProcessorTime(pids.set('nats', product.natsPid), stage.postgres.pid);
  const watch = setInterval(() => clock.look(), 250);
  const atFirst = clock.read();
  let [killed, commandMegabytes] = [0, 0];
  const answered = await secondsOf(async () => {
    for (;;) {
      const { code, megabytes } = await importOnce(product, file, killed < kills ? 1_000 + Math.random() * 2_000 : null);
      commandMegabytes = Math.max(commandMegabytes, megabytes);
      if (code === 0) break;
      if (code !== null || killed === kills) throw new Error(`the import ended with ${code}`);
      killed += 1;
    }
  });
  const drained = await secondsOf(() => untilCounted(product));
  clearInterval(watch);
  const used = difference(atFirst, clock.read());
  const memory = [`command ${commandMegabytes}`, ...[...product.processes].map(([name, child]) => `${name} ${mostMegabytes(child.pid!)}`), `nats ${mostMegabytes(product.natsPid)}`];
  const isSame = await compare(product);
  if (statements > 0) await printStatements(product.owner, statements);
  await product.stop();

  const rows = await grownSince(product.owner, before);
  await product.owner.query('checkpoint');
  const copied = await copyRows(product.owner, stage.folder, [...rows.keys()]);
  const bare = [...copied.values()].reduce((sum, time) => sum + time, 0);
  const own = copied.get('relationships.referral')!;
  const perReferral = (time: number): string => `${((time / referrals) * 1_000_000).toFixed(0)} µs`;

  console.log(`\n  µs of processor time a referral: ${[...used].sort((a, b) => b[1] - a[1]).map(([name, us]) => `${name.replace('postgres: ', 'pg ').replace('node: ', '')} ${(us / referrals).toFixed(0)}`).join(', ')}`);
  console.log(`  most resident memory, MB: ${memory.join(', ')}`);
  console.log(`  rows written: ${[...rows].map(([table, count]) => `${table} ${count.toLocaleString('en')} (${copied.get(table)!.toFixed(2)} s)`).join(', ')}`);
  console.log(`  killed ${killed} times; the command was done after ${seconds(answered)}, the last room ${seconds(drained)} later: ${perReferral(answered + drained)} a referral`);
  console.log(`  beside the COPY of relationships.referral alone (${seconds(own)}): ${(answered / own).toFixed(1)} × to the command's end, ${((answered + drained) / own).toFixed(1)} × to the last room`);
  report({
    line: `import of ${referrals.toLocaleString('en')} referrals, killed ${killed} times`, product: seconds(answered + drained), limit: `${seconds(bare)} (bare COPY of all the rows that it writes)`,
    ratio: (answered + drained) / bare, goal: { atMost: 10 }, note: `${(answered / own).toFixed(1)} × the COPY of the referrals alone; ${isSame ? 'nothing lost, nothing twice' : 'what stands is not what the file says'}`,
  });
  if (!isSame) process.exitCode = 1;
}, statements > 0 ? STATEMENTS : {});

/** Trees of referees who bring referees; every third has paid. */
function lineOf(n: number): string {
  const at = (hours: number): string => new Date(Date.UTC(2024, 0, 1) + (n % 8_000) * 3_600_000 + hours * 3_600_000).toISOString();
  const referrer = n < PER_REFERRER ? 'root' : userOf(Math.floor(n / PER_REFERRER));
  return `${userOf(n + 1)},${referrer},${at(0)},${at(5)},${n % 3 === 0 ? at(48) : ''}`;
}

function userOf(n: number): string {
  return `user-${String(n).padStart(8, '0')}`;
}

async function writeFile(file: string): Promise<void> {
  const stream = createWriteStream(file);
  stream.write('refereeId,referrerId,registeredAt,activatedAt,qualifiedAt\n');
  for (let n = 0; n < referrals; n += 1) if (!stream.write(`${lineOf(n)}\n`)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'finish');
}

/** @returns code null: killed */
async function importOnce({ url, adminKey }: Product, file: string, killAfterMs: number | null): Promise<{ code: number | null; megabytes: number }> {
  const child = spawn(process.execPath, [MAIN, 'import', file, '--json'], { env: { REFERRALS_URL: url, REFERRALS_KEY: adminKey }, stdio: ['ignore', 'ignore', 'inherit'] });
  let megabytes = 0;
  const watch = setInterval(() => (megabytes = Math.max(megabytes, mostMegabytes(child.pid!))), 100);
  const timer = killAfterMs === null ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  clearInterval(watch);
  return { code, megabytes };
}

async function untilCounted({ owner }: Product): Promise<void> {
  while (!(await owner.query<{ done: boolean }>(DERIVED, [referrals])).rows[0]!.done) await sleep(100);
}

async function compare({ owner }: Product): Promise<boolean> {
  const { rows } = await owner.query(STAND);
  const expected = { referrals, uses: referrals, counted: referrals, qualified: Math.ceil(referrals / 3), known: referrals, shown: referrals, bonuses: 0 };
  const isSame = JSON.stringify(rows[0]) === JSON.stringify(expected);
  console.log(`\n  in the end ${JSON.stringify(rows[0])}${isSame ? '' : `: expected ${JSON.stringify(expected)}`}`);
  return isSame;
}
