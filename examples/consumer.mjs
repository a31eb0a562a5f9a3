// NATS_URL=nats://127.0.0.1:4222 NATS_SEED=.data/secrets/nats-host node examples/consumer.mjs
import { jetstream } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { readFileSync } from 'node:fs';

const authenticator = nkeyAuthenticator(readFileSync(process.env.NATS_SEED));
const nats = await connect({ servers: process.env.NATS_URL, inboxPrefix: '_INBOX_host', authenticator });
const consumer = await jetstream(nats).consumers.get('REFERRALS', 'host');
for await (const message of await consumer.consume()) {
  const { id, type, data } = message.json(); // delivery is at least once: do nothing twice for the same id
  if (type === 'bonus.paid') console.log(`${data.userId} got ${data.amount} ${data.unit} (event ${id})`);
  message.ack();
}
