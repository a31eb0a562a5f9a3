import { join } from 'node:path';
import type { Env } from '@referrals/config';
import { startNats, startPostgres } from '@referrals/servers';
import { createDatabase } from '@referrals/persistence';

/** The servers that are ours to start and stop; none where the environment names running ones. */
export interface Servers {
  databaseUrl: string;
  natsUrl: string;
  stop(): Promise<void>;
}

const DATABASE = 'referrals';

export async function startServers(env: Env, say: (line: string) => void): Promise<Servers> {
  const [postgres, nats] = await Promise.allSettled([
    env.DATABASE_URL ? null : startPostgres({ dataDir: join(env.DATA_DIR, 'postgres') }),
    env.NATS_URL ? null : startNats({ dataDir: join(env.DATA_DIR, 'nats'), jetstream: true, log: say }),
  ]);
  const stop = async (): Promise<void> => {
    for (const server of [nats, postgres]) if (server.status === 'fulfilled') await server.value?.stop();
  };
  for (const server of [postgres, nats]) {
    if (server.status === 'fulfilled') continue;
    await stop();
    throw server.reason;
  }
  const databaseUrl = env.DATABASE_URL ?? (await createDatabase((postgres as { value: { url: string } }).value.url, DATABASE));
  const natsUrl = env.NATS_URL ?? (nats as { value: { url: string } }).value.url;
  return { databaseUrl, natsUrl, stop };
}
