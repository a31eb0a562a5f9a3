import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadRelease } from './nats-release.js';
import { findNatsServer } from './nats-server-binary.js';

const built = new URL('../../../dist/libs/servers/src/index.js', import.meta.url).href;

describe('the search for a NATS server', () => {
  const { PATH, XDG_CACHE_HOME } = process.env;
  const { fetch } = globalThis;
  let folder: string;
  const program = (place: string) => {
    mkdirSync(join(folder, place), { recursive: true });
    writeFileSync(join(folder, place, 'nats-server'), '#!/bin/sh\n', { mode: 0o755 });
    return join(folder, place, 'nats-server');
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'referrals-search-'));
    process.env.PATH = join(folder, 'path');
    process.env.XDG_CACHE_HOME = join(folder, 'cache');
  });
  afterEach(() => {
    Object.assign(process.env, { PATH, XDG_CACHE_HOME });
    if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
    globalThis.fetch = fetch;
    rmSync(folder, { recursive: true });
  });

  it('takes the one on the PATH before the one in the cache', async () => {
    program('cache/referrals');
    const onPath = program('path');
    expect(await findNatsServer()).toBe(onPath);
  });

  it('takes the one in the cache before it goes to the network', async () => {
    globalThis.fetch = () => Promise.reject(new Error('the network was asked'));
    const cached = program('cache/referrals');
    expect(await findNatsServer()).toBe(cached);
  });

  it('says what to do when there is none and none can be had, and leaves nothing in the cache', () => {
    // A process of its own: Jest's copy of the environment does not reach the programs that are started.
    const code = `globalThis.fetch = () => Promise.reject(new Error('no way out'));
      const { findNatsServer } = await import(${JSON.stringify(built)});
      await findNatsServer().catch((error) => console.log(error.message));`;
    const env = { PATH: join(folder, 'path'), XDG_CACHE_HOME: join(folder, 'cache') };
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { env, encoding: 'utf8' });
    expect(stdout).toMatch(
      /^no NATS server \(official release: no .*; distribution package: there is no apt-get here\): put nats-server 2.9 or newer on the PATH, or set NATS_URL to a running one\n$/,
    );
    expect(readdirSync(join(folder, 'cache', 'referrals'))).toEqual([]);
  });

  it('refuses an official release whose SHA-256 is another than the pinned one', async () => {
    globalThis.fetch = () => Promise.resolve(new Response('not the archive'));
    const target = join(folder, 'nats-server');
    await expect(downloadRelease(target)).rejects.toThrow(/has SHA-256 [0-9a-f]{64}, not the pinned [0-9a-f]{64}|no pinned release/);
    expect(existsSync(target)).toBe(false);
  });
});
