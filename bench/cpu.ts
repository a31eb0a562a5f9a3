import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Secrets } from '@referrals/config';
import { createDatabase } from '@referrals/persistence';
import { startNats, startPostgres } from '@referrals/servers';
import { startProcesses } from '@rooms/standalone';
import { migrateAll } from '@migrations/main';
import { httpLoad } from './harness/load.js';
import { untilQuiet } from './harness/registrations.js';
import { report } from './harness/report.js';
import { countStatements, printStatements, STATEMENTS } from './harness/statements.js';
import { difference, ProcessorTime, type Reading } from './processor-time.js';

/**
 * Says how much processor time a registration takes (`--validations`: a look-up of a code), process by process, until the last consumer of its last event is done. Unlike a rate it says
 * the same on a machine that is busy with something else.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' }, connections: { type: 'string', default: '64' }, referrers: { type: 'string', default: '20000' },
    context: { type: 'boolean', default: false }, validations: { type: 'boolean', default: false }, statements: { type: 'string', default: '0' },
  },
});
const [seconds, connections, referrers, statements] = [values.seconds, values.connections, values.referrers, values.statements].map(Number) as [number, number, number, number];

/** Those that a caller waits for; what else they do (relay, consumers) is among it. */
const TO_THE_ANSWER = ['gateway', 'codes', 'relationships'];
const SERVERS = ['nats', 'server'];
const WHAT = values.validations ? 'look-up' : 'registration';

const folder = mkdtempSync(join(tmpdir(), 'referrals-cpu-'));
const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), ...(statements > 0 && { settings: STATEMENTS }) });
const nats = await startNats({ dataDir: join(folder, 'nats'), jetstream: true });
const adminKey = randomBytes(24).toString('base64url');
const databaseUrl = await createDatabase(postgres.url, 'referrals');
await migrateAll(databaseUrl, new Secrets(folder));
const product = await startProcesses({
  PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', DATA_DIR: folder, DATABASE_URL: databaseUrl, NATS_URL: nats.url, ADMIN_API_KEY: adminKey, PORT: '0', LOG_LEVEL: 'warn',
  ...(process.env['CPU_PROFILES'] && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${process.env['CPU_PROFILES']}` }),
});
const owner = new pg.Pool({ connectionString: databaseUrl, max: 2 });

try {
  await owner.query(
    `insert into codes.code (id, user_id, code, lookup_key, type, created_at)
     select gen_random_uuid(), 'referrer-' || n, 'B' || lpad(n::text, 8, '0'), 'B' || lpad(n::text, 8, '0'), 'auto', common.now() from generate_series(1, $1) n`,
    [referrers],
  );
  const pids = new Map([...product.processes].map(([name, child]) => [`node: ${name}`, child.pid!]));
  const clock = new ProcessorTime(pids.set('nats', nats.pid), postgres.pid);
  await load(seconds); // warm-up: young processes run most of their code uncompiled
  await untilQuiet(owner);
  await owner.query('analyze');
  if (statements > 0) await countStatements(owner);
  await measure(clock);
  if (statements > 0) await printStatements(owner, statements);
} finally {
  await product.stop();
  await owner.end();
  await nats.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(clock: ProcessorTime): Promise<void> {
  const watch = setInterval(() => clock.look(), 250);
  const before = clock.read();
  const { accepted, refused, perSecond, p50Ms, p99Ms } = await load(seconds);
  const answered = clock.read();
  const drained = await untilQuiet(owner);
  const after = clock.read();
  clearInterval(watch);
  console.log(
    `${cpus().length} cores, ${connections} connections: ${accepted} ${WHAT}s, ${refused} refused, ${perSecond.toFixed(0)}/s, ` +
      `p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms; quiet ${drained.toFixed(1)} s after the last answer\n`,
  );
  printTable(difference(before, answered), difference(before, after), accepted);
}

function printTable(answering: Reading, whole: Reading, count: number): void {
  const row = (name: string, names: string[]): void => {
    const sum = (reading: Reading): string => (names.reduce((total, each) => total + (reading.get(each) ?? 0), 0) / count).toFixed(0).padStart(10);
    console.log(`${name.padEnd(34)}${sum(answering)}${sum(whole)}`);
  };
  const names = [...whole.keys()].sort((a, b) => whole.get(b)! - whole.get(a)!);
  const partOf = (name: string): string => name.replace(/^.*: /, '');
  console.log(`${`µs of processor time a ${WHAT}`.padEnd(34)}${'answering'.padStart(9)}${'in all'.padStart(10)}`);
  for (const name of names) row(name, [name]);
  const isNode = (name: string): boolean => name.startsWith('node: ');
  const parts = (isOne: (part: string) => boolean) => names.filter((name) => isOne(partOf(name)));
  console.log('');
  row('to the answer, Node', parts((part) => TO_THE_ANSWER.includes(part)).filter(isNode));
  row('to the answer, PostgreSQL', parts((part) => TO_THE_ANSWER.includes(part)).filter((name) => !isNode(name)));
  row('behind it, Node', parts((part) => ![...TO_THE_ANSWER, ...SERVERS].includes(part)).filter(isNode));
  row('behind it, PostgreSQL', parts((part) => ![...TO_THE_ANSWER, ...SERVERS].includes(part)).filter((name) => !isNode(name)));
  row('servers', parts((part) => SERVERS.includes(part)));
  row('Node, all', names.filter(isNode));
  row('all', names);
  const used = (reading: Reading, of: string[]): number => of.reduce((total, each) => total + (reading.get(each) ?? 0), 0) / count;
  if (values.validations) return;
  tellGoal('to the 201', used(answering, parts((part) => TO_THE_ANSWER.includes(part)).filter(isNode)), 120);
  tellGoal('to the last consumer', used(whole, names.filter(isNode)), 250);
}

function tellGoal(until: string, us: number, goal: number): void {
  report({
    line: `Node CPU per registration, ${until}`, product: `${us.toFixed(0)} µs`, limit: `${goal} µs (the goal itself)`, ratio: us / goal, goal: { atMost: 1 },
  });
}

function load(time: number) {
  let turn = Math.floor(performance.now());
  const request = () => {
    turn += 1;
    const code = `B${String((turn % referrers) + 1).padStart(8, '0')}`;
    if (values.validations) return { path: '/v1/codes/validate', body: JSON.stringify({ code, clientIp: contextOf(turn).ip }) };
    const refereeId = `cpu-${performance.now()}-${turn}`;
    const body = JSON.stringify({ refereeId, code, appId: 'chat', ...(values.context && { context: contextOf(turn) }) });
    return { path: '/v1/referrals', body, headers: { 'idempotency-key': refereeId } };
  };
  return httpLoad({ urls: [product.url], key: adminKey, clients: connections, seconds: time, request });
}

function contextOf(turn: number) {
  return { ip: `10.${turn >> 16 & 255}.${turn >> 8 & 255}.${turn & 255}`, deviceId: `device-${turn}`, userAgent: 'bench/1.0' };
}
