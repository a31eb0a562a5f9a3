import { chmodSync, existsSync, readFileSync, realpathSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { lockDataDir } from './data-dir-lock.js';
import { choosePort } from './free-port.js';
import { postgresBinaries, removeCopy, serverUser } from './postgres-binaries.js';
import { endLeftover, ensureCluster, seenFrom, SETTINGS, superuserPassword, walCompression, type Cluster } from './postgres-cluster.js';
import { startServer } from './server-process.js';

export interface PostgresSettings {
  /** a folder for this server alone: the cluster, its log, its password, its port */
  dataDir: string;
  /** default: the last start's, or a free one */
  port?: number;
  /** false only for data that may be lost with the machine */
  fsync?: boolean;
  /** PostgreSQL's own names, over ours */
  settings?: Record<string, string | number>;
  /** the superuser's, counts when the cluster is made; default: one is made and kept, 0600, in `dataDir` */
  password?: string;
}

export interface PostgresServer {
  /** as the superuser, to the database `postgres` */
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  /** Ends sessions, writes a checkpoint and stops. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL on 127.0.0.1, with a new cluster when the folder is empty. After `kill -9` of us or of the
 * server the next start ends what still runs, and PostgreSQL recovers.
 * @throws Error in one line: folder or port in use, no package for this platform, or the server's last word
 */
export async function startPostgres(options: PostgresSettings): Promise<PostgresServer> {
  const lock = await lockDataDir(options.dataDir);
  try {
    const dataDir = realpathSync(options.dataDir);
    const folder = join(dataDir, 'cluster');
    await endLeftover(folder);
    const user = serverUser();
    // The server's user passes through; what is in here keeps its own rights.
    if (user) chmodSync(dataDir, 0o711);
    const cluster: Cluster = { folder, user, seen: seenFrom(folder, user), programs: postgresBinaries(dataDir, user) };
    const password = superuserPassword(dataDir, options.password);
    await ensureCluster(cluster, password);
    const port = await choosePort(join(dataDir, 'port'), options.port);
    const server = await run(cluster, dataDir, port, options);
    const stop = async () => {
      await server.end(['SIGINT', 'SIGQUIT', 'SIGKILL']);
      removeCopy(join(dataDir, 'programs'));
      lock.release();
    };
    const url = `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
    return { url, pid: server.pid, port, stop: once(stop) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function run(cluster: Cluster, dataDir: string, port: number, options: PostgresSettings) {
  const fsync = options.fsync === false ? 'off' : 'on';
  const settings = { ...SETTINGS, wal_compression: await walCompression(cluster), port, fsync, ...options.settings };
  const command = {
    name: 'PostgreSQL',
    file: join(cluster.programs, 'bin', 'postgres'),
    args: ['-D', cluster.seen, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    cwd: cluster.folder,
    log: join(dataDir, 'server.log'),
    user: cluster.user,
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
  };
  return startServer(command, () => saysReady(cluster.folder) ? canConnect(port) : Promise.resolve(false));
}

/** The last line of the server's own pid file says `ready` once it takes connections, also after a recovery. */
function saysReady(folder: string): boolean {
  const file = join(folder, 'postmaster.pid');
  return existsSync(file) && readFileSync(file, 'utf8').trimEnd().split('\n').at(-1)?.trim() === 'ready';
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Stopping twice is stopping once. */
function once<T>(act: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => (done ??= act());
}
