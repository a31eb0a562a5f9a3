import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEnv, Secrets } from '@referrals/config';

const LOOK_EVERY_MS = 200;

export function addEvents(program: Command): void {
  program.command('events').description('facts as they are told, one JSON per line')
    .option('--follow', 'those to come, until interrupted').option('--nats <url>', 'the broker (default: NATS_URL, else that of the data folder)')
    .action((options: { follow?: boolean; nats?: string }) => followEvents(options));
}

/** Writes the facts of the stream, each as one line of JSON: those that are there, and with `follow` those to come. @throws Error in one line */
export async function followEvents({ follow = false, nats }: { follow?: boolean; nats?: string }): Promise<void> {
  // the other commands need no broker, and its libraries take longer to load than most of them to run
  const [{ jetstreamManager }, { askingUser, connectAs, STREAM }] = await Promise.all([import('@nats-io/jetstream'), import('@referrals/messaging')]);
  const env = readEnv();
  const address = { NATS_URL: nats ?? env.NATS_URL ?? brokerOf(env.DATA_DIR) };
  const connection = await connectAs(askingUser('operator'), address, new Secrets(env.DATA_DIR));
  let isOver = false;
  process.once('SIGINT', () => (isOver = true));
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const { first_seq, last_seq } = (await manager.streams.info(STREAM)).state;
    let next = follow ? last_seq + 1 : first_seq;
    while (!isOver) {
      const message = follow || next <= last_seq ? await manager.streams.getMessage(STREAM, { seq: next }) : null;
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

/** The embedded broker of a data folder writes down where it listens. */
function brokerOf(dataDir: string): string {
  const file = join(dataDir, 'nats', 'port');
  try {
    return `nats://127.0.0.1:${readFileSync(file, 'utf8').trim()}`;
  } catch {
    throw new Error(`events come from the broker: give --nats or NATS_URL, or run this where ${file} is`);
  }
}
