import { jetstreamManager } from '@nats-io/jetstream';
import { plumbing, ROOMS } from '@referrals/contracts';
import { Bus, connectNats } from '@referrals/messaging';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 15;

export interface Quiet {
  /** Waits until every event has been sent, and handled by everybody. */
  wait(): Promise<void>;
  close(): Promise<void>;
}

/** Before the clock moves on, what happened before must be booked at its own time. */
export async function openQuiet(natsUrl: string): Promise<Quiet> {
  const nats = await connectNats(natsUrl, 'demo');
  const bus = new Bus(nats);
  const manager = await jetstreamManager(nats);
  const isQuiet = async (): Promise<boolean> => {
    const unsent = await Promise.all(ROOMS.map(async (room) => (await bus.request(plumbing(room).health, {}, { timeoutMs: 5_000 })).unsent));
    if (unsent.some((count) => count > 0)) return false;
    const consumers = await manager.consumers.list('REFERRALS').next();
    return consumers.every(({ num_pending, num_ack_pending }) => num_pending === 0 && num_ack_pending === 0);
  };
  return {
    async wait() {
      // what a handler told between the two looks would show in the second
      for (let times = 0; times < 2; times = (await isQuiet()) ? times + 1 : 0) await sleep(LOOK_MS);
    },
    close: () => nats.close(),
  };
}
