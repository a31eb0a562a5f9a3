import { statSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { root } from './runtime.mjs';

/**
 * Runs `npm ci` when nothing is installed, or something older than the lock file.
 * @throws Error in one line when npm fails; npm has said why
 */
export async function ensureInstalled() {
  const wanted = changed('package-lock.json');
  const installed = changed(join('node_modules', '.package-lock.json'));
  if (installed !== undefined && (wanted === undefined || installed >= wanted)) return;
  console.error('Installing the packages of package-lock.json …');
  // At the level of errors npm keeps its warnings to itself: engines of the system's Node, which does not run the product.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const code = npm?.endsWith('.js')
    ? await runChild(process.execPath, [npm, ...args], process.env)
    : await runChild('npm', args, process.env);
  if (code !== 0) throw new Error(`npm ci failed (${code})`);
}

function changed(path) {
  try {
    return statSync(join(root, path)).mtimeMs;
  } catch {
    return undefined;
  }
}
