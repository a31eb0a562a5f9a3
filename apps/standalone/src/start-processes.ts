import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Every room as a process of its own, as in containers; for stories, benchmarks and fault runs on one machine. */
export const PROCESSES = ['scheduler', 'codes', 'relationships', 'fraud', 'rewards', 'insights', 'notifications', 'gateway'] as const;
export type ProcessName = (typeof PROCESSES)[number];

export interface RunningProcesses {
  url: string;
  processes: Map<ProcessName, ChildProcess>;
  /** Starts one again, for a run that killed it; `more` variables may arm it to be killed anew. */
  restart(name: ProcessName, more?: Record<string, string>): ChildProcess;
  stop(): Promise<void>;
}

/** @param variables the environment of the processes: DATABASE_URL (migrated), NATS_URL, DATA_DIR, PORT … */
export async function startProcesses(variables: Record<string, string>): Promise<RunningProcesses> {
  const processes = new Map<ProcessName, ChildProcess>();
  for (const name of PROCESSES) processes.set(name, startProcess(name, variables));
  const stop = async (): Promise<void> => {
    await Promise.all([...processes.values()].map((child) => endProcess(child)));
  };
  try {
    const url = await addressOf(processes.get('gateway')!);
    await untilReady(url);
    const port = new URL(url).port;
    const restart = (name: ProcessName, more: Record<string, string> = {}): ChildProcess => {
      const child = startProcess(name, { ...variables, PORT: port, ...more });
      processes.set(name, child);
      return child;
    };
    return { url, processes, stop, restart };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** More of what already runs: further rooms share the queue, further gateways answer at addresses of their own. */
export async function startBeside(names: readonly ProcessName[], variables: Record<string, string>): Promise<{ urls: string[]; stop(): Promise<void> }> {
  const children = names.map((name) => ({ name, child: startProcess(name, { ...variables, PORT: '0' }) }));
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

function startProcess(name: ProcessName, variables: Record<string, string>): ChildProcess {
  const compiled = import.meta.url.endsWith('.ts') ? '../../../dist/apps' : '../..';
  const main = new URL(`${compiled}/${name}/src/main.js`, import.meta.url).pathname;
  return spawn(process.execPath, ['--enable-source-maps', main], { env: variables, stdio: ['ignore', 'pipe', 'inherit'] });
}

const END_WITHIN_MS = 8_000;

async function endProcess(child: ChildProcess): Promise<void> {
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

export async function untilReady(url: string, withinMs = 20_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    const response = await fetch(`${url}/health/ready`).catch(() => null);
    if (response?.status === 200) return;
    await sleep(100);
  }
  throw new Error(`${url} did not become ready within ${withinMs / 1_000} s`);
}
