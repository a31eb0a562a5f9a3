import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnv } from '@referrals/config';
import { ReferralsClient } from '@referrals/client';

export interface Connection {
  url?: string;
  key?: string;
}

/** The running system that was named, or the one of this checkout's data folder. @throws Error in one line */
export function connectTo({ url, key }: Connection): ReferralsClient {
  const env = readEnv();
  return new ReferralsClient({
    url: url ?? env.REFERRALS_URL ?? `http://127.0.0.1:${env.PORT}`,
    key: key ?? env.REFERRALS_KEY ?? env.ADMIN_API_KEY ?? keyOf(env.DATA_DIR),
  });
}

function keyOf(dataDir: string): string {
  const file = join(dataDir, 'secrets', 'admin-api-key');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new Error(`no key: give --key, or run this where ${file} is`);
  }
}
