import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const bin = join(root, 'node_modules', '.bin');

/** What MikroORM needs. */
const least = [22, 17];

/**
 * The Node that runs the product: the one among the installed packages (Linux, x86-64), else the one that runs this.
 * @throws Error in one line when that is too old
 */
export function findNode() {
  const packaged = join(bin, 'node');
  if (existsSync(packaged) && newEnough(versionOf(packaged))) return packaged;
  if (newEnough(process.versions.node)) return process.execPath;
  throw new Error(`Node ${least.join('.')} or newer is needed on this platform; this is ${process.versions.node}`);
}

/** The environment of everything that is started here: the installed packages' commands come first. */
export function environment(extra = {}) {
  return {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    NX_NO_CLOUD: 'true',
    ...extra,
  };
}

/** undefined when it does not run here, as a glibc binary on a musl system */
function versionOf(node) {
  const answer = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}

function newEnough(version) {
  if (version === undefined) return false;
  const [major, minor] = version.split('.').map(Number);
  return major > least[0] || (major === least[0] && minor >= least[1]);
}
