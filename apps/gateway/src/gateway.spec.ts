import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { roomOf, ROOMS, ROUTES } from '@referrals/contracts';
import { Opener } from '@referrals/messaging';
import { readFile } from 'node:fs/promises';
import { ADMIN_KEY, GatewayFixture, type RoomCall } from './gateway.fixture.js';

let gateway: GatewayFixture;
beforeAll(async () => {
  gateway = await GatewayFixture.start({ LOG_LEVEL: 'debug' });
});
beforeEach(() => void (gateway.calls.length = 0));
afterAll(() => gateway.stop());

const REFERRAL = { refereeId: 'u2', code: 'ABCD2345' };
const open = (box: unknown): unknown => new Opener(() => gateway.boxKey.privateKey).open((box as { sealed: string }).sealed);
const register = (body: object, headers: Record<string, string> = {}, key = ADMIN_KEY): Promise<Response> =>
  gateway.request('POST', '/v1/referrals', { body, headers, key });
const asked = (): RoomCall => gateway.asked().at(-1)!;

describe('a request', () => {
  test('reaches its room with path, query and body in one, percent signs decoded and defaults filled in', async () => {
    await gateway.request('GET', `/v1/users/${encodeURIComponent('ä/ü%?#')}/referrals?stage=qualified`);
    expect(asked()).toMatchObject({ subject: 'relationships.listReferrals', data: { userId: 'ä/ü%?#', stage: 'qualified', limit: 20 } });
    await gateway.request('PATCH', '/v1/codes/0199aaaa-0000-7000-8000-000000000001', { body: { isActive: false } });
    expect(asked()).toMatchObject({ subject: 'codes.update', data: { codeId: '0199aaaa-0000-7000-8000-000000000001', isActive: false } });
  });

  test('gets the status that its answer calls for', async () => {
    gateway.on('relationships.register', () => ({ reply: { outcome: 'registered', referral: {} } }));
    expect((await register(REFERRAL)).status).toBe(201);
    gateway.on('relationships.register', () => ({ reply: { outcome: 'already_registered', referral: {} } }));
    expect((await register(REFERRAL)).status).toBe(200);
    expect((await gateway.request('POST', '/v1/activity', { body: { id: 'a', userId: 'u', kind: 'login' } })).status).toBe(202);
    gateway.on('scheduler.runJob', () => ({ reply: { status: 'running' } }));
    expect((await gateway.request('POST', '/v1/jobs/hold-release/runs')).status).toBe(202);
  });

  test('gets a room’s refusal as a problem with its word, fields and time to wait', async () => {
    gateway.on('codes.create', () => ({ err: { code: 'rate_limited', message: 'x', retryAfterSeconds: 7 } }));
    const limited = await gateway.request('POST', '/v1/codes', { body: { userId: 'u', type: 'custom', code: 'SUMMER26' } });
    expect([limited.status, limited.headers.get('retry-after'), await limited.json()]).toEqual([429, '7', expect.objectContaining({ code: 'rate_limited' })]);
    gateway.on('codes.create', () => ({ err: { code: 'internal', message: 'select * from secret' } }));
    const broken = await gateway.request('POST', '/v1/codes', { body: { userId: 'u', type: 'custom', code: 'SUMMER26' } });
    expect([broken.status, await broken.text()]).toEqual([500, expect.not.stringContaining('select')]);
  });

  test('keeps its id, or gets one, and tells the room', async () => {
    const given = await gateway.request('GET', '/v1/users/u1/code', { headers: { 'x-request-id': 'trace-1.a_b' } });
    expect([given.headers.get('x-request-id'), asked().header('x-request-id')]).toEqual(['trace-1.a_b', 'trace-1.a_b']);
    const made = await gateway.request('GET', '/v1/users/u1/code', { headers: { 'x-request-id': 'no spaces allowed' } });
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(asked().header('x-actor')).toBe('first-admin-key');
  });

  test('is answered within 2 s with 503 when its room is silent, and at once when nobody listens', async () => {
    gateway.on('rewards.getTier', () => null);
    const start = performance.now();
    const answer = await gateway.request('GET', '/v1/users/u1/tier');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  test('never tells who it is by forged headers: a browser’s address is that of its connection', async () => {
    const { key } = await gateway.createKey('publishable');
    const forged = { 'x-forwarded-for': '8.8.8.8', forwarded: 'for=8.8.8.8', 'x-real-ip': '8.8.8.8' };
    await gateway.request('POST', '/v1/codes/validate', { key, body: { code: 'A', clientIp: '9.9.9.9' }, headers: forged });
    expect(asked().data).toEqual({ code: 'A', clientIp: '127.0.0.1' });
    await gateway.request('POST', '/v1/codes/validate', { body: { code: 'A', clientIp: '9.9.9.9' } });
    expect(asked().data).toEqual({ code: 'A', clientIp: '9.9.9.9' });
  });

  test('leaves one line in the log, and neither key nor address nor device', async () => {
    await register({ ...REFERRAL, context: { ip: '203.0.113.77', deviceId: 'device-77', email: 'canary@example.com' } });
    const log = await readFile(gateway.logFile, 'utf8');
    expect(log).toContain('"route":"/v1/referrals"');
    for (const secret of ['203.0.113.77', 'device-77', 'canary@example.com', ADMIN_KEY]) expect(log).not.toContain(secret);
  });
});

describe('every answer', () => {
  test('carries security headers and no name of the software', async () => {
    for (const path of ['/health/live', '/v1/nothing', '/v1/users/%zz/code', '/v1/users/u1/code']) {
      const { headers } = await gateway.request('GET', path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('strict-transport-security')).toContain('max-age');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('x-request-id')).toBeTruthy();
    }
  });
});

describe('an idempotency key', () => {
  const sent = async (headers: Record<string, string>, body: object = REFERRAL, key = ADMIN_KEY): Promise<[key: string, body: string]> => {
    await register(body, headers, key);
    return [asked().header('idempotency-key'), asked().header('idempotency-body')];
  };

  test('is bound to its holder, method and path; the body’s hash to its content', async () => {
    const { key: other } = await gateway.createKey('service');
    const [key, hash] = await sent({ 'idempotency-key': 'k-1' });
    expect([key, hash]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(await sent({ 'idempotency-key': 'k-1' }, { code: 'ABCD2345', refereeId: 'u2' })).toEqual([key, hash]);
    expect(await sent({ 'idempotency-key': 'k-1' }, { ...REFERRAL, refereeId: 'u3' })).toEqual([key, expect.not.stringContaining(hash)]);
    expect((await sent({ 'idempotency-key': 'k-1' }, REFERRAL, other))[0]).not.toBe(key);
    await gateway.request('POST', '/v1/payments', {
      headers: { 'idempotency-key': 'k-1' }, body: { id: 'p', userId: 'u', kind: 'topup', amount: 1, currency: 'EUR', status: 'settled' },
    });
    expect(asked().header('idempotency-key')).toMatch(new RegExp(`^(?!${key})[0-9a-f]{64}$`));
  });

  test('covers what was sealed: the same context in the clear is the same body', async () => {
    const body = { ...REFERRAL, context: { ip: '203.0.113.9' } };
    const [first, second] = [await sent({ 'idempotency-key': 'k-2' }, body), await sent({ 'idempotency-key': 'k-2' }, body)];
    expect(first).toEqual(second);
  });

  test('goes nowhere on routes that take none', async () => {
    await gateway.request('POST', '/v1/codes/validate', { body: { code: 'A' }, headers: { 'idempotency-key': 'k-3' } });
    expect(asked().header('idempotency-key')).toBe('');
    await gateway.request('PUT', '/v1/users/u1', { body: { isActive: true }, headers: { 'idempotency-key': 'k-3' } });
    expect(asked().header('idempotency-key')).toBe('');
  });

  test('a replayed answer says so, a refusal too', async () => {
    gateway.on('relationships.register', () => ({ reply: { outcome: 'registered', referral: {} }, replayed: true }));
    const answer = await register(REFERRAL, { 'idempotency-key': 'k-4' });
    expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    gateway.on('relationships.register', () => ({ err: { code: 'not_found', message: 'x' }, replayed: true }));
    const refused = await register(REFERRAL, { 'idempotency-key': 'k-5' });
    expect([refused.status, refused.headers.get('idempotent-replayed')]).toEqual([404, 'true']);
    gateway.on('relationships.register', () => ({ err: { code: 'not_found', message: 'x' } }));
    expect((await register(REFERRAL, { 'idempotency-key': 'k-6' })).headers.get('idempotent-replayed')).toBeNull();
  });
});

describe('sealing', () => {
  test('puts the context and the e-mail into boxes that only fraud’s private key opens', async () => {
    const context = { ip: '203.0.113.7', deviceId: 'd-1' };
    await register({ ...REFERRAL, context });
    expect(Object.keys(asked().data['context'] as object)).toEqual(['sealed']);
    expect(open(asked().data['context'])).toEqual(context);
    await gateway.request('PUT', '/v1/users/u1', { body: { email: 'a@example.com', isActive: true } });
    expect(asked().data).toEqual({ userId: 'u1', isActive: true, sealedEmail: expect.any(String) });
    expect(open({ sealed: asked().data['sealedEmail'] })).toEqual({ email: 'a@example.com' });
  });

  test('goes on with the last known key while fraud is down, over a restart as well', async () => {
    const kept = await gateway.database.rows('select key_id from gateway.sealing_key');
    expect(kept).toEqual([{ key_id: 'k1' }]);
    const { startGateway } = await import('./http.js');
    const { readEnv } = await import('@referrals/config');
    gateway.on('fraud.getSealingKey', () => null);
    const second = await startGateway(readEnv({
      PORT: '0', NATS_URL: gateway.natsUrl, GATEWAY_DATABASE_URL: gateway.database.urlOf('gateway'), ADMIN_API_KEY: ADMIN_KEY, LOG_LEVEL: 'silent',
    }));
    try {
      const answer = await fetch(`${second.url}/v1/activity`, {
        method: 'POST', headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ id: 'a1', userId: 'u1', kind: 'login', context: { ip: '203.0.113.8' } }),
      });
      expect(answer.status).toBe(202);
      expect(open(asked().data['context'])).toEqual({ ip: '203.0.113.8' });
    } finally {
      await second.stop();
    }
  });
});

describe('operations', () => {
  test('readiness names who does not answer', async () => {
    const ready = await gateway.request('GET', '/health/ready', { key: null });
    expect([ready.status, await ready.json()]).toEqual([200, expect.objectContaining({ status: 'ready', checks: expect.objectContaining({ database: 'ok', fraud: 'ok' }) })]);
    gateway.on('fraud.health', () => null);
    const unready = await gateway.request('GET', '/health/ready', { key: null });
    expect([unready.status, await unready.json()]).toEqual([503, expect.objectContaining({ code: 'unavailable', checks: expect.objectContaining({ fraud: 'unavailable', rewards: 'ok' }) })]);
    expect((await gateway.request('GET', '/health/live', { key: null })).status).toBe(200);
  });

  test('metrics count requests by route as written, without anybody’s id', async () => {
    await gateway.request('GET', '/v1/users/somebody-special/balances');
    const answer = await gateway.request('GET', '/metrics');
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('http_request_duration_seconds_count{method="GET",route="/v1/users/{userId}/balances",status="200"}');
    expect(text).not.toContain('somebody-special');
  });

  test('dead letters of all rooms stand in one list, also where two rooms have the same event', async () => {
    const id = (n: number): string => `0199aaaa-0000-7000-8000-00000000000${n}`;
    const letters = [[1, 'fraud'], [2, 'fraud'], [2, 'rewards'], [3, 'codes'], [4, 'rewards']] as const;
    const letter = (n: number, room: string): object => ({ id: id(n), room, type: 't', event: {}, error: 'e', attempts: 5, createdAt: '2026-01-01T00:00:00Z', redrivenAt: null });
    for (const room of ['codes', 'relationships', 'fraud', 'rewards', 'scheduler']) {
      gateway.on(`${room}.listDeadLetters`, ({ data: { limit, before } }) => {
        const mine = letters.filter(([n, owner]) => owner === room && (before === undefined || id(n) < (before as string)));
        return { reply: { data: mine.toReversed().slice(0, limit as number).map(([n]) => letter(n, room)) } };
      });
    }
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer = await gateway.request('GET', `/v1/dead-letters?limit=1${cursor && `&cursor=${cursor}`}`);
      const page = (await answer.json()) as { data: { id: string; room: string }[]; nextCursor: string | null };
      seen.push(...page.data.map((entry) => `${entry.id.at(-1)} ${entry.room}`));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(['4 rewards', '3 codes', '2 fraud', '2 rewards', '1 fraud']);
  });

  test.each([['audit', 'listAudit'], ['events', 'listEvents']])('%s of all rooms stand in one list, the newest first, page by page', async (path, verb) => {
    const id = (n: number): string => `0199aaaa-0000-7000-8000-00000000000${n}`;
    const owners: Record<string, number[]> = { fraud: [1, 4], rewards: [2, 5], codes: [3] };
    const entry = (n: number, room: string): object => (verb === 'listAudit'
      ? { id: id(n), room, actor: 'key:1', action: 'a', subject: 's', before: null, after: null, createdAt: '2026-01-01T00:00:00.000Z' }
      : { id: id(n), room, type: 't', aggregateId: 'x', sequence: 1, occurredAt: '2026-01-01T00:00:00.000Z', data: {} });
    for (const room of ROOMS) {
      gateway.on(`${room}.${verb}`, ({ data: { limit, before } }) => {
        const mine = (owners[room] ?? []).filter((n) => before === undefined || id(n) < (before as string));
        return { reply: { data: mine.toReversed().slice(0, limit as number).map((n) => entry(n, room)) } };
      });
    }
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer = await gateway.request('GET', `/v1/${path}?limit=2${cursor && `&cursor=${cursor}`}`);
      const page = (await answer.json()) as { data: { id: string }[]; nextCursor: string | null };
      seen.push(...page.data.map((one) => one.id).filter((one) => one.startsWith('0199aaaa')));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual([5, 4, 3, 2, 1].map(id));
    expect((await gateway.request('GET', `/v1/${path}?cursor=${Buffer.from('["x"]').toString('base64url')}`)).status).toBe(422);
  });

  test('a dead letter is tried again in the rooms that have it, and is not found where none has', async () => {
    for (const room of ROOMS) gateway.on(`${room}.redriveDeadLetter`, () => ({ err: { code: 'not_found' } }));
    const redrive = (): Promise<Response> => gateway.request('POST', '/v1/dead-letters/0199aaaa-0000-7000-8000-000000000001/redrive');
    expect((await redrive()).status).toBe(404);
    gateway.on('rewards.redriveDeadLetter', () => ({ reply: { outcome: 'applied', error: null } }));
    gateway.on('fraud.redriveDeadLetter', () => ({ reply: { outcome: 'failed', error: 'still broken' } }));
    const answer = await redrive();
    expect([answer.status, await answer.json()]).toEqual([200, { outcome: 'failed', error: 'still broken' }]);
  });
});

describe('a fault of a room', () => {
  const bare = ROUTES.filter((contract) => roomOf(contract) && (contract.http.method === 'GET' || contract.http.method === 'DELETE'));
  test.each(bare.map((contract) => [`${contract.http.method} ${contract.http.path}`, contract] as const))('tells nothing of itself at %s', async (_name, { subject, http }) => {
    gateway.on(subject, () => ({ err: { code: 'internal', message: 'select secret from rewards.account; at apply.ts:12' } }));
    const answer = await gateway.request(http.method, http.path.replace(/\{\w+\}/g, '0199aaaa-0000-7000-8000-000000000001'));
    const text = await answer.text();
    expect([answer.status, JSON.parse(text)]).toEqual([500, { type: 'urn:referrals:problem:internal', title: 'Internal', status: 500, code: 'internal', instance: answer.headers.get('x-request-id') }]);
  });
});
