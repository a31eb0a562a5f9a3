import { execFile } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unpackPackage } from './nats-package.js';
import { downloadRelease } from './nats-release.js';
import { cacheFolder, searchPath } from './surroundings.js';

const NAME = 'nats-server';

/**
 * The path of a NATS server: on the PATH, in the cache, else the official release or the distribution's package, which goes
 * into the cache. Nothing is installed.
 * @throws Error in one line that says what to do
 */
export async function findNatsServer({ log = () => undefined }: { log?: (line: string) => void } = {}): Promise<string> {
  const cache = cacheFolder();
  const cached = join(cache, NAME);
  const present = [...searchPath().map((folder) => join(folder, NAME)), cached].find(isExecutable);
  if (present) return present;
  log(`no ${NAME} on the PATH or in ${cache}: fetching one, once`);
  mkdirSync(cache, { recursive: true });
  const attempts = { 'official release': downloadRelease, 'distribution package': unpackPackage };
  const failures: string[] = [];
  for (const [name, fetchTo] of Object.entries(attempts)) {
    try {
      await place(fetchTo, cached);
      return cached;
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
    }
  }
  throw new Error(`no NATS server (${failures.join('; ')}): put ${NAME} 2.9 or newer on the PATH, or set NATS_URL to a running one`);
}

/** What does not run here does not get into the cache; the last step is atomic, for starts side by side. */
async function place(fetchTo: (target: string) => Promise<void>, cached: string): Promise<void> {
  const draft = `${cached}.${process.pid}`;
  try {
    await fetchTo(draft);
    chmodSync(draft, 0o755);
    await promisify(execFile)(draft, ['--version']);
    renameSync(draft, cached);
  } finally {
    rmSync(draft, { force: true });
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
