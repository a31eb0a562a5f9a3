import { join } from 'node:path';
import { Secrets, type Env } from '@referrals/config';
import { startRoom } from '@referrals/messaging';
import { codesRoom } from '@rooms/codes';
import { fraudRoom } from '@rooms/fraud';
import { startGateway } from '@rooms/gateway';
import { insightsRoom } from '@rooms/insights';
import { notificationsRoom } from '@rooms/notifications';
import { relationshipsRoom } from '@rooms/relationships';
import { rewardsRoom } from '@rooms/rewards';
import { schedulerRoom } from '@rooms/scheduler';
import { migrateAll } from '@migrations/main';
import { startServers } from './servers.js';

export interface RunningProduct {
  /** where the gateway answers */
  url: string;
  adminKey: string;
  databaseUrl: string;
  natsUrl: string;
  /** everything in order: the door first, then the rooms, the servers last */
  stop(): Promise<void>;
}

const ROOMS = [schedulerRoom, codesRoom, relationshipsRoom, fraudRoom, rewardsRoom, insightsRoom, notificationsRoom];

/** Starts every room in this process, and the servers that the environment does not name. */
export async function startAll(given: Env, say: (line: string) => void = () => undefined): Promise<RunningProduct> {
  const servers = await startServers(given, say);
  const started: { stop(): Promise<void> }[] = [servers];
  const stop = async (): Promise<void> => {
    for (const part of started.splice(0).reverse()) await part.stop();
  };
  try {
    const env: Env = {
      ...given,
      DATABASE_URL: servers.databaseUrl,
      NATS_URL: servers.natsUrl,
      LOG_FILE: given.LOG_FILE ?? join(given.DATA_DIR, 'logs', 'referrals.log'),
    };
    const secrets = new Secrets(env.DATA_DIR);
    await migrateAll(servers.databaseUrl, secrets, env.PROGRAMME_FILE);
    const rooms = await Promise.allSettled(ROOMS.map((room) => startRoom(room, env)));
    for (const room of rooms) if (room.status === 'fulfilled') started.push(room.value);
    for (const room of rooms) if (room.status === 'rejected') throw room.reason;
    const gateway = await startGateway(env);
    started.push(gateway);
    const adminKey = env.ADMIN_API_KEY ?? secrets.get('admin-api-key');
    return { url: gateway.url, adminKey, databaseUrl: servers.databaseUrl, natsUrl: servers.natsUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

