import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { readEnv } from '@referrals/config';

const STREAM = 'REFERRALS';

export function addEvents(program: Command): void {
  program.command('events').description('facts as they are told, one JSON per line')
    .option('--follow', 'those to come, until interrupted').option('--nats <url>', 'the broker (default: NATS_URL, else that of the data folder)')
    .action((options: { follow?: boolean; nats?: string }) => followEvents(options));
}

/** Writes the facts of the stream, each as one line of JSON: those that are there, and with `follow` those to come. @throws Error in one line */
export async function followEvents({ follow = false, nats }: { follow?: boolean; nats?: string }): Promise<void> {
  const env = readEnv();
  const servers = nats ?? env.NATS_URL ?? brokerOf(env.DATA_DIR);
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

/** The embedded broker of a data folder writes down where it listens. */
function brokerOf(dataDir: string): string {
  const file = join(dataDir, 'nats', 'port');
  try {
    return `nats://127.0.0.1:${readFileSync(file, 'utf8').trim()}`;
  } catch {
    throw new Error(`events come from the broker: give --nats or NATS_URL, or run this where ${file} is`);
  }
}
