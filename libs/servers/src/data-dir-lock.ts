import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, startOf } from './processes.js';

export interface DataDirLock {
  release(): void;
}

interface Holder {
  pid: number;
  start: string;
}

/** A process that was killed takes a moment to be gone, one that was told to stop takes longer. */
const PATIENCE_MS = 3_000;

/**
 * Takes a data folder for this process, and makes it when it is missing. The lock of a process that died is taken over.
 * @throws Error in one line when a living process, this one included, holds the folder and does not end within 3 s
 */
export async function lockDataDir(dir: string): Promise<DataDirLock> {
  mkdirSync(dir, { recursive: true, mode: 0o711 });
  const file = join(dir, 'lock');
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, JSON.stringify({ pid: process.pid, start: startOf(process.pid) } satisfies Holder));
  try {
    while (!claim(draft, file)) {
      const holder = read(file);
      if (holder && (await outlivesOurPatience(holder))) throw new Error(`the data folder ${resolve(dir)} is in use by process ${holder.pid}`);
      if (holder && !lives(holder)) setAside(file, holder);
    }
  } finally {
    unlinkSync(draft);
  }
  return { release: () => release(file) };
}

/** Atomic: of two that claim at once one gets it. */
function claim(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return { pid: 0, start: 'unreadable' };
    throw error;
  }
}

function lives({ pid, start }: Holder): boolean {
  return pid > 0 && isAlive(pid) && startOf(pid) === start;
}

async function outlivesOurPatience(holder: Holder): Promise<boolean> {
  for (let waited = 0; waited < PATIENCE_MS && holder.pid !== process.pid && lives(holder); waited += 50) await delay(50);
  return lives(holder);
}

/** Between the look at a dead lock and this rename somebody else may have replaced it by a living one: that one goes back. */
function setAside(file: string, dead: Holder): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const taken = read(aside);
  if (taken && (taken.pid !== dead.pid || taken.start !== dead.start)) claim(aside, file);
  unlinkSync(aside);
}

function release(file: string): void {
  const holder = read(file);
  if (holder?.pid === process.pid && holder.start === startOf(process.pid)) unlinkSync(file);
}
