import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const VERSION = '2.14.5';

/**
 * SHA-256 of the official archives of VERSION, as the project's own container images pin them (Linux) and as package
 * collections do (both). A platform that is not here is not downloaded: an unverified server is worse than none.
 * For another version replace them all, from SHA256SUMS of the release, compared with a second source.
 */
const SHA256: Record<string, string> = {
  'linux-amd64': '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
  'linux-arm64': '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
  'linux-arm7': 'c8796b63a8603fdebabd63146ac3d3997c29a2829fdd2af6db320f4a287f2e71',
  'linux-s390x': '829193e8c592e0df5f15402c27417df18d26503d22b77dfc9491982fe0b51a67',
  'linux-ppc64le': '5d8f1a264a3bc4b30899814ae8e898b1268e817074635adddd24b32f388e4cc4',
  'darwin-amd64': 'f95c98d6b6ed2b63c5681b46b092c9585c99767d547cf495730c329234625e96',
  'darwin-arm64': 'ddd907854d9a2de834af133fa396915fe6442fe6d8909ae31390d1ea7a0fea50',
};

const ARCHITECTURES: Record<string, string> = { x64: 'amd64', arm64: 'arm64', arm: 'arm7', s390x: 's390x', ppc64: 'ppc64le' };

/** A machine without a way out must not wait; a slow one gets a minute for 8 MB once the first byte is here. */
const CONNECT_MS = 6_000;
const DOWNLOAD_MS = 60_000;

/**
 * Puts the official release's server at `target`.
 * @throws Error in one line: no hash for this platform, no connection, or another hash than the pinned one
 */
export async function downloadRelease(target: string): Promise<void> {
  const platform = `${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`;
  const expected = SHA256[platform];
  if (!expected) throw new Error(`no pinned release of ${VERSION} for ${platform}`);
  const name = `nats-server-v${VERSION}-${platform}`;
  const archive = await download(`https://github.com/nats-io/nats-server/releases/download/v${VERSION}/${name}.tar.gz`);
  const actual = createHash('sha256').update(archive).digest('hex');
  if (actual !== expected) throw new Error(`${name}.tar.gz has SHA-256 ${actual}, not the pinned ${expected}`);
  const folder = mkdtempSync(join(dirname(target), 'release-'));
  try {
    const file = join(folder, 'archive.tar.gz');
    writeFileSync(file, archive);
    await promisify(execFile)('tar', ['-xzf', file, '-C', folder, `${name}/nats-server`]);
    renameSync(join(folder, name, 'nats-server'), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function download(url: string): Promise<Buffer> {
  const connecting = new AbortController();
  const timer = setTimeout(() => connecting.abort(new Error(`no answer within ${CONNECT_MS / 1000} s`)), CONNECT_MS);
  try {
    const signal = AbortSignal.any([connecting.signal, AbortSignal.timeout(DOWNLOAD_MS)]);
    const response = await fetch(url, { signal });
    clearTimeout(timer);
    if (!response.ok) throw new Error(`answer ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Error(cause instanceof Error ? cause.message || message : message);
  } finally {
    clearTimeout(timer);
  }
}
