import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startNats } from './nats.js';
import { isAlive, waitUntilGone } from './processes.js';

const users = [
  { name: 'deploy', password: 'a "quoted" $word' },
  { name: 'room', password: 'two', permissions: { publish: { allow: ['room.>'] }, subscribe: { deny: ['secret.>'] } } },
];
const as = (url: string, { name, password }: { name: string; password: string }) =>
  connect({ servers: url, user: name, pass: password, reconnect: false });

describe('the embedded NATS server', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'referrals-nats-spec-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  it('lets in its users with their permissions and nobody else, and stops', async () => {
    const server = await startNats({ dataDir, users, jetstream: true });
    await expect(as(server.url, { name: 'room', password: 'wrong' })).rejects.toThrow(/authorization/i);
    const room = await as(server.url, users[1]!);
    const refused = new Promise((resolve) => room.subscribe('secret.one', { callback: resolve }));
    expect(String(await refused)).toMatch(/permissions violation/i);
    await room.close();
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  it('finds its streams and its port again after it was killed', async () => {
    const first = await startNats({ dataDir, users, jetstream: true });
    const before = await as(first.url, users[0]!);
    await (await jetstreamManager(before)).streams.add({ name: 'KEPT', subjects: ['kept.>'] });
    await jetstream(before).publish('kept.one', 'text');
    await before.close();
    process.kill(first.pid, 'SIGKILL');
    await waitUntilGone(first.pid, 5_000);
    await first.stop();
    const second = await startNats({ dataDir, users, jetstream: true });
    expect(second.url).toBe(first.url);
    const after = await as(second.url, users[0]!);
    expect((await (await jetstreamManager(after)).streams.info('KEPT')).state.messages).toBe(1);
    await after.close();
    await second.stop();
  });

  it('refuses a second start on the same folder, and a port in use, in one line each', async () => {
    const server = await startNats({ dataDir, jetstream: false });
    await expect(startNats({ dataDir })).rejects.toThrow(/^the data folder .* is in use by process \d+$/);
    await expect(startNats({ dataDir: join(dataDir, 'b'), port: server.port })).rejects.toThrow(/^port \d+ on 127.0.0.1 is in use$/);
    await server.stop();
  });

  it('says what the server said when that does not start', async () => {
    const broken = [{ name: 'one', password: 'x', permissions: { publish: { allow: ['a..b'] } } }];
    await expect(startNats({ dataDir, users: broken })).rejects.toThrow(/^the NATS server did not start: .*a\.\.b/);
  });
});
