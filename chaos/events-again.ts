import { connectNats } from '@referrals/messaging';
import type { Random } from './random.js';
import { wait } from './wait.js';

/** Listens to the events for a while and then publishes them once or twice more, shuffled, as a broker or a relay may. */
export async function deliverAgain(natsUrl: string, random: Random, forMs: number): Promise<void> {
  const nats = await connectNats(natsUrl, 'watcher');
  try {
    const heard: { subject: string; data: Uint8Array }[] = [];
    const subscription = nats.subscribe('events.>', { callback: (error, { subject, data }) => void (error ?? heard.push({ subject, data })) });
    await wait(forMs);
    subscription.unsubscribe();
    const copies = heard.flatMap((event) => (random.below(2) === 0 ? [event] : [event, event]));
    copies.sort(() => random.below(3) - 1);
    for (const { subject, data } of copies) nats.publish(subject, data);
    await nats.flush();
  } finally {
    await nats.close();
  }
}
