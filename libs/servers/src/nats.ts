import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { lockDataDir } from './data-dir-lock.js';
import { choosePort } from './free-port.js';
import { findNatsServer } from './nats-server-binary.js';
import { commandLineOf, endProcess, isAlive } from './processes.js';
import { startServer } from './server-process.js';

interface Subjects {
  allow?: string[];
  deny?: string[];
}

export interface NatsPermissions {
  publish?: Subjects;
  subscribe?: Subjects;
}

/** Known by a key of its own, or by a name and a password. */
export type NatsUser = { permissions?: NatsPermissions } & ({ nkey: string } | { name: string; password: string });

export interface NatsSettings {
  /** a folder for this server alone: its store, its configuration, its log */
  dataDir: string;
  /** default: the last start's, or a free one */
  port?: number;
  /** without any, everybody on this machine may connect */
  users?: NatsUser[];
  jetstream?: boolean;
  /** default: `findNatsServer()` */
  binary?: string;
  log?: (line: string) => void;
}

export interface NatsServer {
  /** without credentials */
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts a NATS server on 127.0.0.1. After `kill -9` of us or of the server the next start ends what still runs.
 * @throws Error in one line: folder or port in use, no server to be found, or the server's last word
 */
export async function startNats(options: NatsSettings): Promise<NatsServer> {
  const lock = await lockDataDir(options.dataDir);
  try {
    const dataDir = realpathSync(options.dataDir);
    const file = options.binary ?? (await findNatsServer({ log: options.log }));
    const configuration = join(dataDir, 'nats.conf');
    await endLeftover(dataDir, configuration);
    const port = await choosePort(join(dataDir, 'port'), options.port);
    writeFileSync(configuration, natsConfiguration(dataDir, port, options), { mode: 0o600 });
    const command = { name: 'the NATS server', file, args: ['-c', configuration], cwd: dataDir, log: join(dataDir, 'server.log') };
    const server = await startServer(command, () => greets(port, options.jetstream !== false));
    let stopped: Promise<void> | undefined;
    const stop = async () => {
      await server.end(['SIGTERM', 'SIGKILL']);
      lock.release();
    };
    return { url: `nats://127.0.0.1:${port}`, pid: server.pid, port, stop: () => (stopped ??= stop()) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Its values are JSON, which the server's own format includes. */
function natsConfiguration(dataDir: string, port: number, { users = [], jetstream = true }: NatsSettings): string {
  const lines = [
    `listen: ${JSON.stringify(`127.0.0.1:${port}`)}`,
    `pid_file: ${JSON.stringify(join(dataDir, 'server.pid'))}`,
    'max_payload: 512KB',
  ];
  if (jetstream) lines.push(`jetstream { store_dir: ${JSON.stringify(join(dataDir, 'store'))} }`);
  if (users.length > 0) {
    lines.push(natsAuthorization(users));
  }
  return `${lines.join('\n')}\n`;
}

/** The lines by which a server knows its users. */
export function natsAuthorization(users: NatsUser[]): string {
  const entries = users.map((user) => ({
    ...('nkey' in user ? { nkey: user.nkey } : { user: user.name, password: user.password }),
    ...(user.permissions && { permissions: user.permissions }),
  }));
  return `authorization { timeout: 10, users: [\n${entries.map((entry) => JSON.stringify(entry)).join('\n')}\n] }`;
}

async function endLeftover(dataDir: string, configuration: string): Promise<void> {
  const file = join(dataDir, 'server.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8'));
  if (pid > 1 && isAlive(pid) && commandLineOf(pid).includes(configuration)) await endProcess(pid, ['SIGTERM', 'SIGKILL']);
}

/** A server says INFO at once; with JetStream only after its store is open. */
function greets(port: number, jetstream: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (ready: boolean) => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(2_000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once('data', (data) => finish(data.toString().startsWith('INFO') && data.includes('"jetstream":true') === jetstream));
  });
}
