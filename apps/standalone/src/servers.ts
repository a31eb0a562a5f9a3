import { join } from 'node:path';
import { readEnv, Secrets, type Env } from '@referrals/config';
import { brokerAccounts } from '@referrals/messaging';
import { startNats, startPostgres, type NatsServer, type NatsSettings } from '@referrals/servers';
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
    env.NATS_URL ? null : startBroker(env, { log: say }),
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

/** A broker in the data folder that lets in the product's users alone, each to its own subjects; `users` may come besides. */
export function startBroker(env: Pick<Env, 'DATA_DIR' | 'NATS_HOST_CONSUMERS'>, settings: Partial<NatsSettings> = {}): Promise<NatsServer> {
  const accounts = brokerAccounts(new Secrets(env.DATA_DIR), env.NATS_HOST_CONSUMERS);
  return startNats({ ...settings, dataDir: join(env.DATA_DIR, 'nats'), users: [...accounts, ...(settings.users ?? [])] });
}

/** The same for a run in a folder of its own. */
export const startBrokerIn = (folder: string, settings?: Partial<NatsSettings>): Promise<NatsServer> => startBroker(readEnv({ DATA_DIR: folder }), settings);
