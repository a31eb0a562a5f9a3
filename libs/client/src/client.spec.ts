import { afterEach, describe, expect, test } from '@jest/globals';
import { codes, relationships, rewards, scheduler } from '@referrals/contracts';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ReferralsClient } from './client.js';

interface Seen { method: string; url: string; key: string | undefined; auth: string | undefined; body: string }
type Answer = [status: number, body: object | null, headers?: Record<string, string>];

let server: Server | undefined;
afterEach(() => void server?.close());

/** A gateway of a few lines that answers in turn. */
async function answering(...answers: (Answer | 'hang up')[]): Promise<{ client: ReferralsClient; seen: Seen[] }> {
  const seen: Seen[] = [];
  const read = async (request: IncomingMessage): Promise<string> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    return text;
  };
  server = createServer((request, response) => void (async () => {
    const { method, url, headers } = request;
    seen.push({ method: method!, url: url!, key: headers['idempotency-key'] as string, auth: headers.authorization, body: await read(request) });
    const answer = answers[Math.min(seen.length, answers.length) - 1]!;
    if (answer === 'hang up') return void request.socket.destroy();
    response.writeHead(answer[0], { 'content-type': answer[0] < 400 ? 'application/json' : 'application/problem+json', ...answer[2] });
    response.end(answer[1] === null ? '' : JSON.stringify(answer[1]));
  })());
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { client: new ReferralsClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: 'k' }), seen };
}

const referral = { refereeId: 'nina', code: 'ABCD2345' };

describe('the client', () => {
  test('puts path, query and body where they belong', async () => {
    const { client, seen } = await answering([200, { data: [], nextCursor: null }]);
    await client.call(relationships.listReferrals, { userId: 'ä/ü?', stage: 'qualified' });
    await client.call(codes.update, { codeId: '0199aaaa-0000-7000-8000-000000000001', isActive: false });
    expect(seen.map(({ method, url, body, auth }) => [method, url, body, auth])).toEqual([
      ['GET', '/v1/users/%C3%A4%2F%C3%BC%3F/referrals?stage=qualified', '', 'Bearer k'],
      ['PATCH', '/v1/codes/0199aaaa-0000-7000-8000-000000000001', '{"isActive":false}', 'Bearer k'],
    ]);
  });

  test('repeats what got no answer or is to come later, under one idempotency key', async () => {
    const { client, seen } = await answering('hang up', [503, { code: 'unavailable' }], [429, { code: 'rate_limited' }, { 'retry-after': '0' }], [201, { outcome: 'registered', referral: {} }]);
    expect(await client.call(relationships.register, referral)).toMatchObject({ outcome: 'registered' });
    expect(seen).toHaveLength(4);
    expect(new Set(seen.map(({ key }) => key)).size).toBe(1);
    expect(seen[0]!.key).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('does not repeat a refusal, nor what has no key to be told apart by', async () => {
    const refused = await answering([409, { code: 'already_referred' }]);
    await expect(refused.client.call(relationships.register, referral)).rejects.toMatchObject({ name: 'ProblemError', status: 409, code: 'already_referred' });
    expect(refused.seen).toHaveLength(1);
    server!.close();
    const away = await answering('hang up');
    await expect(away.client.call(scheduler.runJob, { name: 'hold-release' })).rejects.toMatchObject({ status: 0, code: 'unavailable' });
    expect(away.seen).toHaveLength(1);
  });

  test('gives up in the end with the problem itself, fields named', async () => {
    const { client } = await answering([422, { code: 'invalid_request', errors: [{ path: 'code', message: 'too long' }] }]);
    await expect(client.call(relationships.register, referral)).rejects.toThrow('invalid_request: code too long');
    const later = await answering([503, { code: 'unavailable' }, { 'retry-after': '0' }]);
    await expect(later.client.call(rewards.getTier, { userId: 'u' })).rejects.toMatchObject({ status: 503 });
    expect(later.seen).toHaveLength(5);
  });

  test('does not sleep through a limit that opens much later, and tells when it does', async () => {
    const { client, seen } = await answering([429, { code: 'rate_limited' }, { 'retry-after': '86400' }]);
    await expect(client.call(relationships.register, referral)).rejects.toMatchObject({ status: 429, code: 'rate_limited', retryAfterSeconds: 86_400 });
    expect(seen).toHaveLength(1);
  });

  test('walks through a list page by page', async () => {
    const { client, seen } = await answering([200, { data: [{ id: 1 }, { id: 2 }], nextCursor: 'c 1' }], [200, { data: [{ id: 3 }], nextCursor: null }]);
    const ids: unknown[] = [];
    for await (const { id } of client.items(rewards.listBonuses, { userId: 'till', limit: 2 })) ids.push(id);
    expect(ids).toEqual([1, 2, 3]);
    expect(seen.map(({ url }) => url)).toEqual(['/v1/users/till/bonuses?limit=2', '/v1/users/till/bonuses?limit=2&cursor=c+1']);
  });
});
