import { readEnv } from '@referrals/config';
import { lockDataDir } from '@referrals/servers';
import { startDemo } from './start-demo.js';

// `npm run demo`: the product with ninety days behind it, to look at.
const say = (line: string): void => void process.stderr.write(`${line}\n`);
try {
  const env = readEnv();
  const lock = await lockDataDir(env.DATA_DIR);
  const started = performance.now();
  const demo = await startDemo(env, say);
  process.stdout.write(`
  A programme of 90 days stands, after ${((performance.now() - started) / 1_000).toFixed(0)} s. Nothing in it is real.

  console   ${demo.url}/console
  key       ${demo.adminKey}
  portal    ${demo.url}/portal#token=${demo.portalToken}
  API       ${demo.url}/docs

  Ctrl-C stops everything; the next start begins anew.
`);
  const end = (): void => void demo.stop().then(() => lock.release()).then(() => process.exit(0));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
} catch (error) {
  say(`the demo cannot start: ${(error as Error).message}`);
  process.exit(1);
}
