import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { paidGate, type PaidGateOptions } from './paid-gate.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function listen(handle: Parameters<typeof createServer>[1]): Promise<{ url: string; server: Server }> {
  const server = createServer(handle as never);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** An engine of a few lines, where `paula` has paid, and a host's service behind the gate. */
async function host(options: Partial<PaidGateOptions<IncomingMessage>> = {}) {
  const asked: string[] = [];
  const engine = await listen((request, response) => {
    const userId = decodeURIComponent(/users\/([^/]+)\/access\/check/.exec(request.url!)![1]!);
    asked.push(userId);
    const status = request.headers.authorization !== 'Bearer good' ? 401 : userId === 'paula' ? 204 : 402;
    response.writeHead(status, { 'content-type': 'application/problem+json' }).end(status === 204 ? '' : JSON.stringify({ code: status === 402 ? 'payment_required' : 'unauthenticated' }));
  });
  const gate = paidGate<IncomingMessage>({
    url: engine.url, key: 'good', whenUnavailable: 'closed', userOf: ({ headers }) => (headers['x-user'] as string | undefined) ?? null,
    isOperator: ({ headers }) => headers['x-role'] === 'operator', ...options,
  });
  const { url } = await listen((request, response) => void gate(request, response, (error) => (error ? response.writeHead(500).end((error as Error).message) : response.end('inside'))));
  const get = async (headers: Record<string, string>): Promise<[number, string]> => {
    const answer = await fetch(url, { headers });
    return [answer.status, answer.ok ? await answer.text() : ((await answer.clone().json().catch(() => null)) as { code: string } | null)?.code ?? (await answer.text())];
  };
  return { get, asked, stopEngine: () => engine.server.close().closeAllConnections() };
}

describe('the paid gate', () => {
  it('lets in who has paid, answers 402 to who has not, and 401 to nobody', async () => {
    const { get } = await host();
    expect(await get({ 'x-user': 'paula' })).toEqual([200, 'inside']);
    expect(await get({ 'x-user': 'frieda' })).toEqual([402, 'payment_required']);
    expect(await get({})).toEqual([401, 'unauthenticated']);
  });

  it('lets operators in without asking', async () => {
    const { get, asked } = await host();
    expect(await get({ 'x-user': 'frieda', 'x-role': 'operator' })).toEqual([200, 'inside']);
    expect(asked).toEqual([]);
  });

  it('asks once for many requests of a user, and again when the answer is no longer fresh', async () => {
    const { get, asked } = await host({ freshMs: 300 });
    await Promise.all(Array.from({ length: 20 }, () => get({ 'x-user': 'paula' })));
    expect(asked).toEqual(['paula']);
    while (asked.length === 1) expect(await get({ 'x-user': 'paula' })).toEqual([200, 'inside']);
    expect(asked).toEqual(['paula', 'paula']);
  });

  it.each([['open', [200, 'inside']], ['closed', [503, 'unavailable']]] as const)('is %s while the engine is away, as configured', async (whenUnavailable, expected) => {
    const { get, stopEngine } = await host({ whenUnavailable, freshMs: 0 });
    stopEngine();
    expect(await get({ 'x-user': 'frieda' })).toEqual(expected);
  });

  it('believes a fresh answer while the engine is away', async () => {
    const { get, stopEngine } = await host({ freshMs: 60_000 });
    expect(await get({ 'x-user': 'paula' })).toEqual([200, 'inside']);
    stopEngine();
    expect(await get({ 'x-user': 'paula' })).toEqual([200, 'inside']);
  });

  it('does not open for a key that is no key, even where it opens for an engine that is away', async () => {
    const { get } = await host({ key: 'bad', whenUnavailable: 'open' });
    expect(await get({ 'x-user': 'frieda' })).toEqual([500, 'unauthenticated']);
  });
});
