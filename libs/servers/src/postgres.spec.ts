import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres, type PostgresServer } from './postgres.js';
import { isAlive, waitUntilGone } from './processes.js';

const built = new URL('../../../dist/libs/servers/src/index.js', import.meta.url).href;

async function query(server: PostgresServer, sql: string): Promise<unknown[]> {
  const client = new pg.Client(server.url);
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

// The folder is closed to all others (0700), as a home may be.
describe('the embedded PostgreSQL', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'referrals-postgres-spec-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  it('starts from nothing with checksums, UTF8 and a password of its own, and stops', async () => {
    const server = await startPostgres({ dataDir: join(dataDir, 'a', 'postgres'), settings: { work_mem: '8MB' } });
    const settings = "select string_agg(current_setting(name), ' ' order by name) from unnest(array['data_checksums','fsync','server_encoding','work_mem']) name";
    expect(await query(server, settings)).toEqual(['on on UTF8 8MB']);
    expect(statSync(join(dataDir, 'a', 'postgres', 'password')).mode & 0o777).toBe(0o600);
    await expect(query({ ...server, url: server.url.replace(/:[^:]*@/, ':wrong@') }, 'select 1')).rejects.toThrow('authentication failed');
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  it('finds its data and its port again', async () => {
    const first = await startPostgres({ dataDir, fsync: false });
    await query(first, 'create table kept (n int)');
    await first.stop();
    const second = await startPostgres({ dataDir, fsync: false });
    expect(await query(second, 'select count(*)::int from kept')).toEqual([0]);
    expect(second.url).toBe(first.url);
    await second.stop();
  });

  it('recovers what was committed before the server was killed', async () => {
    const first = await startPostgres({ dataDir });
    await query(first, 'create table kept as select generate_series(1, 1000) as n');
    process.kill(first.pid, 'SIGKILL');
    await waitUntilGone(first.pid, 5_000);
    await first.stop();
    const second = await startPostgres({ dataDir });
    expect(await query(second, 'select count(*)::int from kept')).toEqual([1000]);
    await second.stop();
  });

  it('refuses a second start on the same folder, and a port in use, in one line each', async () => {
    const server = await startPostgres({ dataDir, fsync: false });
    await expect(startPostgres({ dataDir })).rejects.toThrow(/^the data folder .* is in use by process \d+$/);
    const other = join(dataDir, 'other');
    await expect(startPostgres({ dataDir: other, port: server.port, fsync: false })).rejects.toThrow(/^port \d+ on 127.0.0.1 is in use$/);
    await server.stop();
  });

  it('ends with the process that started it, however that dies, and starts again', async () => {
    const starter = await startElsewhere(dataDir);
    process.kill(starter, 'SIGKILL');
    const server = await startPostgres({ dataDir, fsync: false });
    expect(await query(server, 'select 1')).toEqual([1]);
    await server.stop();
  });

  it('ends a server that a killed process has left behind', async () => {
    const starter = await startElsewhere(dataDir);
    const children = readFileSync(`/proc/${starter}/task/${starter}/children`, 'utf8').trim().split(' ').map(Number);
    const left = Number(readFileSync(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
    // Its watch as well, so that nothing ends the server.
    for (const pid of [...children.filter((child) => child !== left), starter]) process.kill(pid, 'SIGKILL');
    await waitUntilGone(starter, 5_000);
    expect(isAlive(left)).toBe(true);
    const server = await startPostgres({ dataDir, fsync: false });
    expect(isAlive(left)).toBe(false);
    await server.stop();
  });
});

/** @returns the id of a process that holds a running server */
async function startElsewhere(dataDir: string): Promise<number> {
  const code = `const { startPostgres } = await import(${JSON.stringify(built)});
    await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, fsync: false });
    console.log('up'); setInterval(() => {}, 1000);`;
  const starter = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } });
  await once(starter.stdout, 'data');
  return starter.pid as number;
}
