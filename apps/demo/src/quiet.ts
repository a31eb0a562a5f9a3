import { jetstreamManager } from '@nats-io/jetstream';
import { plumbing, ROOMS } from '@referrals/contracts';
import { Secrets } from '@referrals/config';
import { askingUser, Bus, connectAs } from '@referrals/messaging';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 15;

export interface Quiet {
  /** Waits until every event has been sent, and handled by everybody. */
  wait(): Promise<void>;
  close(): Promise<void>;
}

/** Before the clock moves on, what happened before must be booked at its own time. */
export async function openQuiet(natsUrl: string, dataDir: string): Promise<Quiet> {
  const nats = await connectAs(askingUser('operator'), { NATS_URL: natsUrl }, new Secrets(dataDir));
  const bus = new Bus(nats);
  const manager = await jetstreamManager(nats, { checkAPI: false });
  const isQuiet = async (): Promise<boolean> => {
    const unsent = await Promise.all(ROOMS.map(async (room) => (await bus.request(plumbing(room).health, {}, { timeoutMs: 5_000 })).unsent));
    if (unsent.some((count) => count > 0)) return false;
    const consumers = await manager.consumers.list('REFERRALS').next();
    // a host's consumer may have nobody who reads it
    return consumers.filter(({ name }) => ROOMS.some((room) => name.startsWith(`${room}_`))).every(({ num_pending, num_ack_pending }) => num_pending === 0 && num_ack_pending === 0);
  };
  return {
    async wait() {
      // what a handler told between the two looks would show in the second
      for (let times = 0; times < 2; times = (await isQuiet()) ? times + 1 : 0) await sleep(LOOK_MS);
    },
    close: () => nats.close(),
  };
}
