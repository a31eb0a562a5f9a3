import { startNats } from '@referrals/servers';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A NATS server of a spec's own: for specs that answer in the place of a room, while others run the room itself. */
export interface TestNats {
  url: string;
  stop(): Promise<void>;
}

export async function startTestNats({ jetstream = false } = {}): Promise<TestNats> {
  const dataDir = await mkdtemp(join(tmpdir(), 'referrals-nats-'));
  const server = await startNats({ dataDir, jetstream });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
