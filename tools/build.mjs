import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { environment, root } from './runtime.mjs';

const folders = ['apps', 'libs', 'migrations', 'e2e', 'bench', 'chaos'];
const stampFile = join(root, 'dist', '.build.json');
const consoleStampFile = join(root, 'dist', '.console.json');
const pageFolders = ['apps/console', 'libs/client', 'libs/contracts', 'libs/domain'];

/** Compiles everything into dist/ under the same paths, when a source has changed since. @returns swc's exit code */
export async function build(node, { quiet = false } = {}) {
  const now = sources();
  const before = readStamp();
  if (before !== undefined && JSON.stringify(now) === JSON.stringify(before)) {
    if (!quiet) console.error('dist/ is up to date');
    return buildConsole(node);
  }
  rmSync(stampFile, { force: true });
  for (const gone of Object.keys(before ?? {}).filter((path) => !(path in now))) removeOutput(gone);
  const present = folders.filter((folder) => existsSync(join(root, folder)));
  const args = ['node_modules/@swc/cli/bin/swc.js', ...present, '-d', 'dist', '--ignore', '**/*.spec.ts,apps/console/**', '--quiet'];
  const code = await runChild(node, args, environment());
  if (code === 0) {
    mkdirSync(join(root, 'dist'), { recursive: true });
    writeFileSync(stampFile, JSON.stringify(now));
    return buildConsole(node);
  }
  return code;
}

/** The pages, from their own sources and those of the libs they stand on. @returns Vite's exit code */
async function buildConsole(node) {
  if (!existsSync(join(root, 'apps/console'))) return 0;
  const now = JSON.stringify(sources(pageFolders, /\.(tsx?|mjs|json|html|css|svg)$/));
  if (existsSync(join(root, 'dist/console')) && readText(consoleStampFile) === now) return 0;
  rmSync(consoleStampFile, { force: true });
  const args = ['node_modules/vite/bin/vite.js', 'build', '--config', 'apps/console/vite.config.mjs', '--logLevel', 'warn'];
  const code = await runChild(node, args, environment());
  if (code === 0) writeFileSync(consoleStampFile, now);
  return code;
}

/** path → size and time of change, of each file that a build reads */
function sources(from = folders, kind = /\.ts$/) {
  const found = {};
  const add = (path) => {
    const { size, mtimeMs } = statSync(join(root, path));
    found[path] = `${size}:${mtimeMs}`;
  };
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (from === folders && path === 'apps/console') continue;
      if (entry.isDirectory()) walk(path);
      else if (kind.test(path) && !path.endsWith('.spec.ts')) add(path);
    }
  };
  from.filter((folder) => existsSync(join(root, folder))).forEach(walk);
  ['.swcrc', 'package-lock.json'].forEach(add);
  return found;
}

function readStamp() {
  try {
    return JSON.parse(readText(stampFile));
  } catch {
    return undefined;
  }
}

const readText = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

function removeOutput(source) {
  const output = join(root, 'dist', source.replace(/\.ts$/, '.js'));
  for (const path of [output, `${output}.map`]) rmSync(path, { force: true });
}
