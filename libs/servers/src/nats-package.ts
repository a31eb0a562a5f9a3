import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NAME = 'nats-server';
const TIMEOUT_MS = 120_000;

/**
 * Puts the distribution's server (Debian, Ubuntu) at `target`: the package is downloaded and unpacked, never installed, and
 * nothing of the system is changed; no root is needed. apt checks its signature. Missing package lists are fetched into a
 * folder of our own.
 * @throws Error in one line
 */
export async function unpackPackage(target: string): Promise<void> {
  const folder = mkdtempSync(join(dirname(target), 'package-'));
  try {
    await downloadPackage(folder).catch(async () => {
      const own = privateState(folder);
      await run('apt-get', [...own, 'update'], { timeout: TIMEOUT_MS });
      await downloadPackage(folder, own);
    });
    const archive = readdirSync(folder).find((file) => file.endsWith('.deb'));
    if (!archive) throw new Error(`apt-get downloaded no package ${NAME}`);
    await run('dpkg-deb', ['-x', join(folder, archive), join(folder, 'unpacked')]);
    const server = ['usr/sbin', 'usr/bin'].map((place) => join(folder, 'unpacked', place, NAME)).find((path) => existsSync(path));
    if (!server) throw new Error(`the package ${NAME} holds no server`);
    renameSync(server, target);
  } catch (error) {
    const { stderr, message, code } = error as Error & { stderr?: string; code?: string };
    if (code === 'ENOENT') throw new Error('there is no apt-get here');
    throw new Error(stderr?.trim().split('\n').at(-1) || message);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As root apt would give the download to its own user, who cannot write into our folder. */
const AS_OURSELVES = ['-o', 'APT::Sandbox::User=root', '-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::Retries=1', '-q'];

async function downloadPackage(folder: string, options: string[] = []): Promise<void> {
  await run('apt-get', [...AS_OURSELVES, ...options, 'download', NAME], { cwd: folder, timeout: TIMEOUT_MS });
}

/** apt's state and caches below our folder; sources and keys stay the system's. */
function privateState(folder: string): string[] {
  for (const part of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, 'apt', part), { recursive: true });
  const places = { 'Dir::State::Lists': 'lists', 'Dir::Cache': 'cache' };
  const options = Object.entries(places).flatMap(([name, part]) => ['-o', `${name}=${join(folder, 'apt', part)}`]);
  return [...AS_OURSELVES, ...options];
}
