import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

let product: Product;
const running: ChildProcess[] = [];
beforeAll(async () => {
  product = await startProduct();
  await product.client.setClock('2026-05-10T12:00:00.000Z');
}, 60_000);
afterAll(async () => {
  for (const child of running) child.kill('SIGTERM');
  await product.stop();
}, 30_000);

/** An example as its first line says to run it, as the host's user of the broker. */
function run(file: string, ...args: string[]): { said: () => string; ended: Promise<number | null> } {
  const { nats, folder } = product.servers;
  const child = spawn(process.execPath, [join('examples', file), ...args], {
    env: { NATS_URL: nats.url, NATS_SEED: join(folder, 'secrets', 'nats-host') }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { said: () => text, ended: new Promise((resolve) => child.once('exit', resolve)) };
}

describe('the examples', () => {
  it('ask rooms over NATS with the contracts', async () => {
    const code = await product.client.codeOf('till');
    const example = run('ask-over-nats.mjs', 'till');
    expect([await example.ended, JSON.parse(example.said())]).toEqual([0, { userId: 'till', code, balances: [] }]);
  }, 30_000);

  it('read facts from the stream, each once confirmed', async () => {
    const example = run('consumer.mjs');
    await product.client.post('/v1/referrals', { refereeId: 'nina', code: await product.client.codeOf('till'), occurredAt: '2026-05-08T12:00:00Z' });
    await eventually(async () => expect(example.said()).toMatch(/till got 5 credits \(event [0-9a-f-]{36}\)/), 20_000);
  }, 30_000);
});
