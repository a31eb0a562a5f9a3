import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isReachable, type ServerUser } from './postgres-binaries.js';
import { commandLineOf, endProcess, isAlive, waitUntilGone, workingFolderOf } from './processes.js';

const run = promisify(execFile);

export interface Cluster {
  /** PGDATA */
  folder: string;
  /** how the server names it: see `seenFrom` */
  seen: string;
  programs: string;
  user: ServerUser | undefined;
}

/** Settings as `-c` arguments; made for one machine that also runs the rooms. */
export const SETTINGS: Record<string, string | number> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '256MB',
  jit: 'off',
  // Statistics follow a young, quickly growing database; plans made for its empty tables are soon replaced.
  autovacuum_naptime: '10s',
  checkpoint_timeout: '15min',
  max_wal_size: '4GB',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // No statement and no row's values in the log: they may hold what must not be there.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** The best compression of the log that this build has; pglz (`on`) takes more CPU time than lz4. */
export async function walCompression({ programs, folder, seen, user }: Cluster): Promise<string> {
  const args = ['-D', seen, '-C', 'wal_compression', '-c', 'wal_compression=lz4'];
  return run(join(programs, 'bin', 'postgres'), args, { cwd: folder, ...user }).then(
    () => 'lz4',
    () => 'on',
  );
}

/**
 * The name under which the server reaches its folder. Where a folder above is closed to the server's user (root's home),
 * the kernel's link to the working folder leads past it; every process of the server works in that folder.
 */
export function seenFrom(folder: string, user: ServerUser | undefined): string {
  if (isReachable(folder, user)) return folder;
  if (process.platform === 'linux') return '/proc/self/cwd';
  throw new Error(`the data folder ${folder} cannot be reached by user ${user?.uid}: choose another with DATA_DIR`);
}

/** The superuser's password, made at first use; 0600 beside the cluster. */
export function superuserPassword(dataDir: string, given?: string): string {
  const file = join(dataDir, 'password');
  if (given !== undefined) return given;
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true });
  return readFileSync(file, 'utf8').trim();
}

/** Makes the cluster when there is none; what an interrupted attempt has left is removed first. */
export async function ensureCluster(cluster: Cluster, password: string): Promise<void> {
  const { folder, user, programs } = cluster;
  const unfinished = `${folder}.unfinished`;
  if (existsSync(unfinished)) rmSync(folder, { recursive: true, force: true });
  if (existsSync(join(folder, 'PG_VERSION'))) return;
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${folder} is not empty and holds no PostgreSQL cluster`);
  writeFileSync(unfinished, '');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const passwordFile = join(folder, '..', 'initdb-password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) [folder, passwordFile].forEach((path) => chownSync(path, user.uid, user.gid));
  // Beside the cluster, named from within it, for the same reason as in `seenFrom`.
  const args = ['-D', cluster.seen, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${cluster.seen}/../initdb-password`];
  try {
    const options = ['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--data-checksums', '--no-sync', '--no-instructions'];
    await run(join(programs, 'bin', 'initdb'), [...args, ...options], { cwd: folder, ...user, env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } });
  } catch (error) {
    throw new Error(`initdb failed: ${(error as { stderr?: string }).stderr?.trim().split('\n').at(-1) ?? (error as Error).message}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  rmSync(unfinished);
}

/**
 * Ends what still runs on this cluster although the process that started it is gone. Then removes a server's pid file whose
 * number belongs to somebody else, or to a dead process that nobody has buried yet: PostgreSQL would take it for alive.
 */
export async function endLeftover(folder: string): Promise<void> {
  const file = join(folder, 'postmaster.pid');
  if (!existsSync(file) || !existsSync('/proc/self/cwd')) return;
  const postmaster = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (serversIn(folder).includes(postmaster)) await endProcess(postmaster, ['SIGINT', 'SIGQUIT', 'SIGKILL']);
  // Its sessions end by themselves when it is gone; the memory that they share must be free before the next one starts.
  for (const pid of serversIn(folder)) {
    if (!(await waitUntilGone(pid, 5_000))) await endProcess(pid, ['SIGQUIT', 'SIGKILL']);
  }
  rmSync(file, { force: true });
}

/** The living PostgreSQL processes that work in the folder. */
function serversIn(folder: string): number[] {
  const place = realpathSync(folder);
  const pids = readdirSync('/proc').map(Number).filter((pid) => pid > 1);
  return pids.filter((pid) => workingFolderOf(pid) === place && commandLineOf(pid)[0]?.includes('postgres') && isAlive(pid));
}
