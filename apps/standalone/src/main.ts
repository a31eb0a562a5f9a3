import { resolve } from 'node:path';
import { readEnv } from '@referrals/config';
import { lockDataDir } from '@referrals/servers';
import { banner } from './banner.js';
import { startAll } from './start-all.js';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  const env = readEnv();
  const lock = await lockDataDir(env.DATA_DIR);
  const product = await startAll(env, say);
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    say('stopping …');
    product
      .stop()
      .then(() => lock.release())
      .then(
        () => process.exit(0),
        (error: Error) => {
          say(error.message);
          process.exit(1);
        },
      );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  process.stdout.write(banner({ url: product.url, adminKey: product.adminKey, dataDir: resolve(env.DATA_DIR) }));
} catch (error) {
  say(`referrals cannot start: ${(error as Error).message}`);
  process.exit(1);
}
