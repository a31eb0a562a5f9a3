import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcess, endWithThisProcess } from './processes.js';

export interface ServerCommand {
  /** what messages call it */
  name: string;
  file: string;
  args: string[];
  cwd: string;
  log: string;
  user?: { uid: number; gid: number };
  env?: Record<string, string>;
}

export interface RunningServer {
  readonly pid: number;
  /** Ends the server with the signals, the next one after 10 s each. */
  end(signals: NodeJS.Signals[]): Promise<void>;
}

const LARGEST_LOG = 16 * 1024 * 1024;

/**
 * Starts a server in a process group of its own, so that Ctrl-C reaches only us and everything stops in order, and waits
 * until it is ready.
 * @throws Error in one line, with the last line of its log, when it ends first or is not ready within a minute
 */
export async function startServer(command: ServerCommand, isReady: () => Promise<boolean>): Promise<RunningServer> {
  if (existsSync(command.log) && statSync(command.log).size > LARGEST_LOG) truncateSync(command.log);
  const log = openSync(command.log, 'a', 0o600);
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    detached: true,
    stdio: ['ignore', log, log],
    ...command.user,
    ...(command.env && { env: command.env }),
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const pid = await spawned(child, command);
  child.unref();
  const watch = endWithThisProcess(pid);
  void ended.then(() => watch.kill('SIGKILL'));
  const end = async (signals: NodeJS.Signals[]) => {
    if (hasEnded(child)) return;
    child.ref();
    await endProcess(pid, signals);
    await ended;
  };
  const running = { pid, end };
  for (let waited = 0; waited < 60_000; waited += 20) {
    if (hasEnded(child)) throw new Error(`${command.name} did not start: ${lastLine(command.log)}`);
    if (await isReady()) return running;
    await delay(20);
  }
  await running.end(['SIGTERM', 'SIGKILL']);
  throw new Error(`${command.name} was not ready within a minute: ${lastLine(command.log)}`);
}

function spawned(child: ChildProcess, command: ServerCommand): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid as number));
    child.once('error', (error) => reject(new Error(`${command.name} did not start: ${error.message}`)));
  });
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

function lastLine(log: string): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '';
}
