import { afterEach, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { imports } from '@referrals/contracts';
import { ReferralsClient } from '@referrals/client';
import type { Batch } from './read-file.js';
import { sendBatches } from './send-batches.js';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

interface Told {
  after: number;
  rows: Batch['rows'];
}

/** A gateway of a few lines: what comes before its turn changes nothing, as in the room. */
async function importing(delayMs: (told: Told) => number): Promise<{ client: ReferralsClient; taken: number[]; asked: () => number }> {
  const taken: number[] = [];
  let [line, asked] = [1, 0];
  server = createServer((request, response) => void (async () => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const told = JSON.parse(text) as Told;
    asked += 1;
    await sleep(delayMs(told));
    if (told.after === line) for (const row of told.rows) taken.push((line = row.line));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: 'i', line, users: 0, codes: 0, referrals: taken.length, unchanged: 0, refused: 0, updatedAt: '2026-01-01T00:00:00Z' }));
  })());
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { client: new ReferralsClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: 'k' }), taken, asked: () => asked };
}

async function* batches(count: number): AsyncGenerator<Batch> {
  for (let n = 0; n < count; n += 1) yield { columns: ['refereeId'], rows: [2, 3].map((line) => ({ line: line + n * 2, values: ['u'] })), bytesRead: n };
}
const linesOf = (count: number): number[] => Array.from({ length: count * 2 }, (_, n) => n + 2);

async function send(client: ReferralsClient, count: number): Promise<number[]> {
  const stands: number[] = [];
  for await (const { stands: { line } } of sendBatches(client, 'i', 1, batches(count))) stands.push(line);
  return stands;
}

it('sends batches in their order, and each once when none overtakes', async () => {
  const { client, taken, asked } = await importing(({ after }) => (after === 1 ? 0 : 10));
  expect(await send(client, 1)).toEqual([3]);
  expect([taken, asked()]).toEqual([linesOf(1), 1]);
});

it('sends one again that overtook the one before it, and those behind it once more in their order', async () => {
  const { client, taken, asked } = await importing(({ after }) => (after === 3 ? 60 : 5));
  expect((await send(client, 6)).at(-1)).toBe(13);
  expect(taken).toEqual(linesOf(6));
  expect(asked()).toBeLessThanOrEqual(8);
});

it('goes on behind a killed command whose last batches were taken after all', async () => {
  const { client, taken } = await importing(() => 0);
  await send(client, 3);
  expect(await send(client, 5)).toEqual([7, 7, 7, 9, 11]);
  expect(taken).toEqual(linesOf(5));
});

it('ends when somebody else imports the same in other batches', async () => {
  const { client } = await importing(() => 0);
  await client.call(imports.rows, { importId: 'i', after: 1, columns: ['refereeId'], rows: [{ line: 2, values: ['u'] }] });
  await expect(send(client, 2)).rejects.toThrow('somebody else imports this file too');
});
