import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Every room as a process of its own, as in containers; for stories, benchmarks and fault runs on one machine. */
export const PROCESSES = ['scheduler', 'codes', 'relationships', 'fraud', 'rewards', 'insights', 'notifications', 'gateway'] as const;
/** `standalone` is all of them in one. */
export type ProcessName = (typeof PROCESSES)[number] | 'standalone';
/** A room's first process bears its name, further ones a number as well: `rewards`, `rewards 2`. */
export type ProcessKey = ProcessName | `${ProcessName} ${number}`;

export interface RunningProcesses {
  url: string;
  /** where each gateway answers; the first is `url` */
  urls: string[];
  processes: Map<ProcessKey, ChildProcess>;
  /** Starts one again, for a run that killed it, or a further one of its room; `more` variables may arm it to be killed anew. */
  restart(key: ProcessKey, more?: Record<string, string>): ChildProcess;
  stop(): Promise<void>;
}

const compiledApps = new URL(import.meta.url.endsWith('.ts') ? '../../../dist/apps' : '../..', import.meta.url).pathname;

export const nameOf = (key: ProcessKey): ProcessName => key.split(' ')[0] as ProcessName;

/**
 * @param variables the environment of the processes: DATABASE_URL (migrated), NATS_URL, DATA_DIR, PORT …
 * @param instances processes of each room; further gateways choose their ports
 * @param names which processes; `['standalone']` is one for all rooms
 * @param apps the folder of the compiled rooms, where it is not this workspace's
 */
export async function startProcesses(
  variables: Record<string, string>,
  { instances = 1, apps = compiledApps, names = PROCESSES }: { instances?: number; apps?: string; names?: readonly ProcessName[] } = {},
): Promise<RunningProcesses> {
  const processes = new Map<ProcessKey, ChildProcess>();
  const keys = Array.from({ length: instances }, (_, index) => names.map((name): ProcessKey => (index === 0 ? name : `${name} ${index + 1}`))).flat();
  for (const key of keys) processes.set(key, startProcess(apps, nameOf(key), key === nameOf(key) ? variables : { ...variables, PORT: '0' }));
  const stop = async (): Promise<void> => {
    await Promise.all([...processes.values()].map((child) => endProcess(child)));
  };
  try {
    const gateways = keys.filter((key) => nameOf(key) === 'gateway' || nameOf(key) === 'standalone');
    const urls = await Promise.all(gateways.map((key) => addressOf(processes.get(key)!)));
    await Promise.all(urls.map((url) => untilReady(url)));
    const portOf = new Map(gateways.map((key, index) => [key, new URL(urls[index]!).port]));
    const restart = (key: ProcessKey, more: Record<string, string> = {}): ChildProcess => {
      const child = startProcess(apps, nameOf(key), { ...variables, PORT: portOf.get(key) ?? '0', ...more });
      processes.set(key, child);
      return child;
    };
    return { url: urls[0]!, urls, processes, stop, restart };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** More of what already runs: further rooms share the queue, further gateways answer at addresses of their own. */
export async function startBeside(names: readonly ProcessName[], variables: Record<string, string>): Promise<{ urls: string[]; stop(): Promise<void> }> {
  const children = names.map((name) => ({ name, child: startProcess(compiledApps, name, { ...variables, PORT: '0' }) }));
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(({ child }) => endProcess(child)));
  };
  try {
    const urls = await Promise.all(children.filter(({ name }) => name === 'gateway').map(({ child }) => addressOf(child)));
    await Promise.all(urls.map((url) => untilReady(url)));
    return { urls, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startProcess(apps: string, name: ProcessName, variables: Record<string, string>): ChildProcess {
  const main = join(apps, name, 'src', 'main.js');
  return spawn(process.execPath, ['--enable-source-maps', main], { env: variables, stdio: ['ignore', 'pipe', 'inherit'] });
}

const END_WITHIN_MS = 8_000;

export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}

/** The gateway's process says in one line where it listens. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_096);
      const found = /http:\/\/[\w.:[\]]+/.exec(said);
      if (found) resolve(found[0]);
    });
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}: ${said}`)));
  });
}

export async function untilReady(url: string, withinMs = 90_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    const response = await fetch(`${url}/health/ready`).catch(() => null);
    if (response?.status === 200) return;
    await sleep(100);
  }
  throw new Error(`${url} did not become ready within ${withinMs / 1_000} s`);
}
