import { JetStreamApiCodes, JetStreamApiError, jetstreamManager, type JetStreamManager, type StoredMsg } from '@nats-io/jetstream';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEnv, Secrets, type Env } from '@referrals/config';
import { askingUser, connectAs, STREAM } from '@referrals/messaging';

const LOOK_EVERY_MS = 200;

/** Writes the facts of the stream, each as one line of JSON: those that are there, and with `follow` those to come. @throws Error in one line */
export async function followEvents({ follow = false, nats }: { follow?: boolean; nats?: string }): Promise<void> {
  const env = readEnv();
  const connection = await connectAs(askingUser('operator'), { NATS_URL: nats ?? env.NATS_URL ?? embeddedBroker(env) }, new Secrets(env.DATA_DIR));
  let isOver = false;
  process.once('SIGINT', () => (isOver = true));
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const { first_seq, last_seq } = (await manager.streams.info(STREAM)).state;
    let next = follow ? last_seq + 1 : first_seq;
    while (!isOver) {
      const message = follow || next <= last_seq ? await messageOf(manager, next) : null;
      if (message) {
        process.stdout.write(`${message.string()}\n`);
        next += 1;
      } else if (follow) await sleep(LOOK_EVERY_MS);
      else break;
    }
  } finally {
    await connection.close();
  }
}

async function messageOf(manager: JetStreamManager, seq: number): Promise<StoredMsg | null> {
  try {
    return await manager.streams.getMessage(STREAM, { seq });
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound) return null;
    throw error;
  }
}

function embeddedBroker({ DATA_DIR }: Env): string {
  try {
    return `127.0.0.1:${readFileSync(join(DATA_DIR, 'nats', 'port'), 'utf8').trim()}`;
  } catch {
    throw new Error('events come from the broker: give --nats or NATS_URL, or run this where the data folder is');
  }
}
