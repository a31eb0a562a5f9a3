import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { readEnv } from '@referrals/config';

const STREAM = 'REFERRALS';

/** Writes the facts of the stream, each as one line of JSON: those that are there, and with `follow` those to come. @throws Error in one line */
export async function followEvents({ follow = false, nats }: { follow?: boolean; nats?: string }): Promise<void> {
  const servers = nats ?? readEnv().NATS_URL;
  if (!servers) throw new Error('events come from the broker: give --nats or NATS_URL');
  const connection = await connect({ servers });
  try {
    const consumer = await jetstream(connection).consumers.get(STREAM, { deliver_policy: follow ? DeliverPolicy.New : DeliverPolicy.All });
    let left = follow ? Infinity : (await consumer.info()).num_pending;
    if (left === 0) return;
    const messages = await consumer.consume();
    process.once('SIGINT', () => void messages.close());
    for await (const message of messages) {
      process.stdout.write(`${message.string()}\n`);
      if ((left -= 1) <= 0) break;
    }
  } finally {
    await connection.close();
  }
}
