import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ReferralsClient } from '@referrals/client';
import type { Env } from '@referrals/config';
import { SignJWT } from 'jose';
import { startAll, type RunningProduct } from '@rooms/standalone';
import { planOf, WHOLE, type Size } from './plan.js';
import { openQuiet } from './quiet.js';
import { seed } from './seed.js';

export interface RunningDemo extends RunningProduct {
  /** of the referrer with the most friends */
  portalToken: string;
  referrer: string;
  stop(): Promise<void>;
}

/** Starts the product in a folder of its own, empty each time, and lives through the programme. */
export async function startDemo(given: Env, say: (line: string) => void, size: Size = WHOLE): Promise<RunningDemo> {
  const DATA_DIR = join(given.DATA_DIR, 'demo');
  rmSync(DATA_DIR, { recursive: true, force: true });
  const secret = randomBytes(32).toString('base64url');
  const product = await startAll({ ...given, DATA_DIR, TEST_CLOCK: true, HOST_JWT_SECRET: secret, HOST_JWKS_URL: undefined, WEBHOOK_ALLOW_PRIVATE: true, RATE_LIMIT_CLIENT: 0 });
  const receiver = await startReceiver();
  const plan = planOf(startOfHour(), size);
  const quiet = await openQuiet(product.natsUrl, DATA_DIR);
  const client = new ReferralsClient({ url: product.url, key: product.adminKey });
  const onDay = (day: number, days: number): void => {
    if (day % 10 === 0) say(`day ${day} of ${days}`);
  };
  await seed(plan, { client, quiet, webhookUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`, onDay });
  await quiet.close();
  const referrer = plan.referrers[0]!;
  const portalToken = await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject(referrer).setExpirationTime('7d').sign(new TextEncoder().encode(secret));
  const stop = async (): Promise<void> => {
    receiver.closeAllConnections();
    receiver.close();
    await product.stop();
  };
  return { ...product, referrer, portalToken, stop };
}

/** The viewer's own time: the programme's last day is today. */
const startOfHour = (): number => Math.floor(performance.timeOrigin / 3_600_000) * 3_600_000;

/** A host that takes most webhooks, and now and then does not. */
async function startReceiver(): Promise<Server> {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead((count += 1) % 9 === 0 ? 503 : 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
