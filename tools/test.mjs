import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { runChild } from './child.mjs';
import { ofCheck, ofJest, sum, summary } from './results.mjs';
import { environment, root } from './runtime.mjs';

export const jestArguments = ['--no-warnings', 'node_modules/jest/bin/jest.js'];
export const jestEnvironment = (extra = {}) => environment({ NODE_OPTIONS: '--experimental-vm-modules', ...extra });

const checks = {
  lint: [['node_modules/nx/dist/bin/nx.js', 'run', 'workspace:lint', '--skip-nx-cache', '--output-style=stream']],
  // the pages see a browser's types and nobody else does
  typecheck: ['.', 'apps/console'].map((folder) => ['node_modules/typescript/bin/tsc', '-p', `${folder}/tsconfig.json`]),
};

/**
 * The rooms' specs; the stories in one process; what kills and stops things, which waits more than it works, two at a time; and a handful of stories again with
 * one process per room.
 */
const suites = {
  unit: { files: '{apps,libs,migrations,bench}/**/*.spec.ts', workers: 2, env: {} },
  stories: { files: 'e2e/**/!(*.faults).spec.ts', workers: 1, env: { STORIES_SHAPE: 'one' } },
  chaos: { files: '{chaos/**/*,e2e/**/*.faults}.spec.ts', workers: 2, env: {} },
  processes: { files: 'e2e/**/*.both.spec.ts', workers: 1, env: { STORIES_SHAPE: 'processes' } },
};

/** Everything; the last line is `N passed, N failed`. @returns the exit code */
export async function test(node) {
  const results = [];
  results.push(...(await Promise.all(Object.keys(checks).map((name) => check(name, node)))));
  const built = ofCheck('build', await build(node, { quiet: true }));
  results.push(built);
  if (built.failed === 0) {
    for (const name of Object.keys(suites)) results.push(await suite(name, node));
  }
  return report(results);
}

/** One step alone, with the same last line. */
export async function testStep(name, node) {
  if (name in checks) return report([await check(name, node)]);
  if (name === 'stories') return report([await suite('stories', node), await suite('processes', node)]);
  return report([await suite(name, node)]);
}

async function check(name, node) {
  console.error(`\n── ${name}`);
  let code = 0;
  for (const command of checks[name]) code ||= await runChild(node, command, environment());
  return ofCheck(name, code);
}

async function suite(name, node) {
  console.error(`\n── ${name}`);
  const { files, workers, env } = suites[name];
  const outputFile = join(root, 'reports', `${name}.json`);
  mkdirSync(join(root, 'reports'), { recursive: true });
  rmSync(outputFile, { force: true });
  const args = [
    ...jestArguments,
    ...['--testMatch', `<rootDir>/${files}`, '--maxWorkers', String(workers)],
    ...['--passWithNoTests', '--json', '--outputFile', outputFile],
  ];
  // Jest repeats its JSON on the standard output; its report for people is on the other one.
  const code = await runChild(node, args, jestEnvironment(env), ['ignore', 'ignore', 'inherit']);
  return ofJest(name, code, outputFile);
}

function report(results) {
  const total = sum(results);
  for (const result of results) console.log(`${result.name}: ${summary(result)}`);
  console.log(summary(total));
  return total.failed === 0 ? 0 : 1;
}
