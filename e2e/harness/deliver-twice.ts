import { headers } from '@nats-io/transport-node';
import { connectNats } from '@referrals/messaging';

const COPY = 'story-copy';

/** Publishes every event once more, as a broker or a relay may: same body, another message id. @returns ends it */
export async function deliverTwice(natsUrl: string): Promise<() => Promise<void>> {
  const nats = await connectNats(natsUrl, 'story');
  nats.subscribe('events.>', {
    callback: (error, message) => {
      if (error || message.headers?.has(COPY)) return;
      const marked = headers();
      marked.set(COPY, '1');
      nats.publish(message.subject, message.data, { headers: marked });
    },
  });
  await nats.flush();
  return () => nats.close();
}
