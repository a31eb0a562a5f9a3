import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and is somebody else's
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return statusOf(pid)?.state !== 'Z';
}

/**
 * What tells a process from a later one with the same id: the time of its start, in clock ticks since boot. An empty
 * text where there is no /proc, which leaves the id alone.
 */
export function startOf(pid: number): string {
  return statusOf(pid)?.start ?? '';
}

function statusOf(pid: number): { state: string; start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', start: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

export function commandLineOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

export function workingFolderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/** @returns whether the process is gone within the time */
export async function waitUntilGone(pid: number, milliseconds: number): Promise<boolean> {
  for (let waited = 0; waited < milliseconds; waited += 20) {
    if (!isAlive(pid)) return true;
    await delay(20);
  }
  return !isAlive(pid);
}

/** Asks a process to end, more firmly with each signal, and waits up to 10 s after each. */
export async function endProcess(pid: number, signals: NodeJS.Signals[]): Promise<void> {
  for (const signal of signals) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    if (await waitUntilGone(pid, 10_000)) return;
  }
  throw new Error(`process ${pid} does not end`);
}

/**
 * Ends the server when this process dies without stopping it: the watch's input closes with this process, however that
 * dies. It costs a shell.
 */
export function endWithThisProcess(pid: number): ChildProcess {
  const watch = spawn('/bin/sh', ['-c', 'read _; kill -INT "$1" 2>/dev/null', 'watch', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.on('error', () => undefined);
  watch.unref();
  (watch.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  return watch;
}
