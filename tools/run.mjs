// One entry for every command: node tools/run.mjs <task> [arguments]. Plain JavaScript without packages, because it runs
// before anything is installed, on whatever Node the machine has.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { environment, findNode } from './runtime.mjs';
import { runChild, runSupervised } from './child.mjs';
import { jestArguments, jestEnvironment, test, testStep } from './test.mjs';

const tasks = {
  build: () => 0,
  start: (_args, node) => runSupervised(node, ['--enable-source-maps', 'dist/apps/standalone/src/main.js'], environment()),
  test: (_args, node) => test(node),
  lint: (_args, node) => testStep('lint', node),
  typecheck: (_args, node) => testStep('typecheck', node),
  unit: (_args, node) => testStep('unit', node),
  stories: (_args, node) => testStep('stories', node),
  jest: (args, node) => runChild(node, [...jestArguments, ...args], jestEnvironment()),
  recompute: (args, node) => runChild(node, ['--enable-source-maps', 'dist/apps/standalone/src/recompute.js', ...args], environment()),
  'nats-permissions': (args, node) => runChild(node, ['dist/apps/standalone/src/nats-permissions.js', ...args], environment()),
  chaos: (args, node) => runSupervised(node, ['--enable-source-maps', 'dist/chaos/main.js', ...args], environment()),
  mutations: (args, node) => runSupervised(node, ['--enable-source-maps', 'dist/chaos/mutations/main.js', ...args], environment()),
  'kill-rewards': (args, node) => runSupervised(node, ['--enable-source-maps', 'dist/chaos/kill-rewards-main.js', ...args], environment()),
  'back-pressure': (args, node) => runSupervised(node, ['--enable-source-maps', 'dist/chaos/back-pressure-main.js', ...args], environment()),
  'kill-schedulers': (args, node) => runSupervised(node, ['--enable-source-maps', 'dist/chaos/kill-schedulers-main.js', ...args], environment()),
  'stripe-fixtures': ([file = ''], node) => runChild(node, [...jestArguments, 'e2e/stripe-events'], jestEnvironment({ STRIPE_FIXTURES: resolve(file) })),
  fuzz: (args, node) => runChild(node, [...jestArguments, 'e2e/fuzz.spec'], jestEnvironment({ FUZZ_REQUESTS: '20000', ...optionsOf(args, { requests: 'FUZZ_REQUESTS', seed: 'FUZZ_SEED' }) })),
  'kill-answers': (args, node) => runChild(node, [...jestArguments, 'e2e/killed-answers'], jestEnvironment({ KILLED_ANSWERS: '100', ...optionsOf(args, { kills: 'KILLED_ANSWERS' }) })),
  bench: (args, node) => runSupervised(node, ['--enable-source-maps', 'dist/bench/main.js', ...args], environment()),
  screenshots: (_args, node) => runSupervised(node, ['--enable-source-maps', 'dist/e2e/screenshots.js'], environment()),
  demo: (args, node) => runSupervised(node, ['--enable-source-maps', 'dist/apps/demo/src/main.js', ...args], environment()),
  'fraud-quality': (args, node) => runSupervised(node, ['--enable-source-maps', 'dist/bench/fraud-quality.js', ...args], environment()),
  'profile-table': (args, node) => runChild(node, ['--enable-source-maps', 'dist/bench/profile-table.js', ...args], environment()),
  generate: (args, node) => runSupervised(node, ['--enable-source-maps', 'dist/bench/generate-data.js', ...args], environment()),
  docs: async (_args, node) =>
    (await runChild(node, ['dist/libs/contracts/src/write-documents.js'], environment())) || runChild(node, ['dist/apps/cli/src/write-document.js'], environment()),
};
/** `test` builds as a step of its own, so that a broken build is counted. */
const withoutBuild = new Set(['test', 'lint', 'typecheck']);

/** `--name value` of a command as the environment of the spec that does it. */
function optionsOf(args, names) {
  const { values } = parseArgs({ args, options: Object.fromEntries(Object.keys(names).map((name) => [name, { type: 'string' }])) });
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [names[name], value]));
}

const [task = '', ...args] = process.argv.slice(2);
try {
  if (!Object.hasOwn(tasks, task)) throw new Error(`unknown task '${task}': one of ${Object.keys(tasks).join(', ')}`);
  await ensureInstalled();
  const node = findNode();
  if (!withoutBuild.has(task)) {
    const code = await build(node, { quiet: task !== 'build' });
    if (code !== 0) process.exit(code);
  }
  process.exit(await tasks[task](args, node));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
