// NATS_URL=nats://127.0.0.1:4222 node examples/consumer.mjs
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

const nats = await connect({ servers: process.env.NATS_URL });
await (await jetstreamManager(nats)).consumers.add('REFERRALS', { durable_name: 'my-host', ack_policy: 'explicit', filter_subject: 'events.bonus.paid' });
const consumer = await jetstream(nats).consumers.get('REFERRALS', 'my-host');
for await (const message of await consumer.consume()) {
  const { id, data } = message.json(); // delivery is at least once: do nothing twice for the same id
  console.log(`${data.userId} got ${data.amount} ${data.unit} (event ${id})`);
  message.ack();
}
