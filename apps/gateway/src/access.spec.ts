import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ROUTES, type KeyScope, type RoutedContract } from '@referrals/contracts';
import { readFile } from 'node:fs/promises';
import { CONTROLLERS } from './controllers/index.js';
import { ADMIN_KEY, GatewayFixture, HOST_SECRET } from './gateway.fixture.js';
import { contractsOf } from './http/route.js';

const ID = '0199aaaa-0000-7000-8000-000000000001';
const RANK: Record<string, number> = { publishable: 1, service: 2, admin: 3 };
const guarded = ROUTES.filter(({ http }) => http.scope !== 'open');
const pathOf = ({ http }: RoutedContract): string => http.path.replace(/\{(\w+)\}/g, ID);
const nameOf = ({ http }: RoutedContract): string => `${http.method} ${http.path}`;

let gateway: GatewayFixture;
const keys: Partial<Record<KeyScope, string>> = {};
beforeAll(async () => {
  gateway = await GatewayFixture.start({ HOST_JWT_SECRET: HOST_SECRET });
  for (const scope of ['publishable', 'service', 'admin'] as const) keys[scope] = (await gateway.createKey(scope)).key;
});
beforeEach(() => void (gateway.calls.length = 0));
afterAll(() => gateway.stop());

describe('routes', () => {
  test('every route of the contracts has a controller method, and no method has a route of its own', () => {
    const bound = (CONTROLLERS as unknown as { prototype: object }[]).flatMap(contractsOf).map(nameOf);
    expect(bound.sort()).toEqual(ROUTES.map(nameOf).sort());
    expect(new Set(bound).size).toBe(bound.length);
  });

  test.each(guarded.map((route) => [nameOf(route), route] as const))('%s answers 401 without a key', async (_name, route) => {
    const answer = await gateway.request(route.http.method, pathOf(route), { key: null });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="referrals"']);
    expect(await answer.json()).toMatchObject({ code: 'unauthenticated' });
    expect(gateway.asked()).toEqual([]);
  });

  const matrix = guarded.flatMap((route) => (['publishable', 'service', 'admin'] as const).map((scope) => [scope, nameOf(route), route] as const));
  test.each(matrix)('a %s key at %s gets as far as it may', async (scope, _name, route) => {
    const answer = await gateway.request(route.http.method, pathOf(route), { key: keys[scope]! });
    if (route.http.scope === 'user' || RANK[scope]! < RANK[route.http.scope]!) {
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ code: 'forbidden' });
      expect(gateway.asked()).toEqual([]);
    } else {
      expect([200, 201, 202, 204, 404, 422]).toContain(answer.status);
    }
  });

  test.each(ROUTES.filter(({ http }) => http.scope === 'open' && !http.rawBodyBytes).map((route) => [nameOf(route), route] as const))('%s is open', async (_name, route) => {
    const { status } = await gateway.request(route.http.method, pathOf(route), { key: null });
    expect(status).toBe(route.http.status ?? 200);
  });
});

describe('a key', () => {
  const read = (key: string): Promise<Response> => gateway.request('GET', '/v1/users/u1/code', { key });

  test('is refused with one and the same answer whatever is wrong with it', async () => {
    const good = keys.service!;
    const expired = (await gateway.createKey('service', { expiresAt: '2100-01-01T00:00:00Z' })).key;
    await gateway.database.rows("update gateway.api_key set expires_at = now() - interval '1 second' where expires_at is not null");
    const otherSecret = (await gateway.createKey('service')).key;
    const bad = [
      ADMIN_KEY.slice(0, -1), `${ADMIN_KEY}x`, good.slice(0, -1), good.replace('rf_test', 'rf_live'), good.replace(/.$/, (sign) => (sign === 'A' ? 'B' : 'A')),
      good.split('_').slice(0, 3).join('_'), expired, `${good.split('_').slice(0, 3).join('_')}_${otherSecret.split('_').slice(3).join('_')}`, ' ', 'null',
    ];
    const answers = await Promise.all(bad.map(async (key) => {
      const answer = await read(key);
      const { instance: _, ...body } = (await answer.json()) as Record<string, unknown>;
      return { status: answer.status, body };
    }));
    for (const answer of answers) expect(answer).toEqual({ status: 401, body: { type: 'urn:referrals:problem:unauthenticated', title: 'Unauthenticated', status: 401, code: 'unauthenticated' } });
    expect(gateway.asked()).toEqual([]);
  });

  test('is no key in another scheme or in the URL', async () => {
    const basic = await gateway.request('GET', '/v1/users/u1/code', { key: null, headers: { authorization: `Basic ${Buffer.from(`a:${keys.service}`).toString('base64')}` } });
    const inUrl = await gateway.request('GET', `/v1/users/u1/code?key=${keys.service}`, { key: null });
    expect([basic.status, inUrl.status]).toEqual([401, 401]);
  });

  test('is stored as a hash, listed without its secret, and noted when used', async () => {
    const { id, key } = await gateway.createKey('service', { label: 'billing backend' });
    expect(key).toMatch(/^rf_test_[0-9a-f]{32}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/);
    await read(key);
    const list = await (await gateway.request('GET', '/v1/api-keys?limit=1')).json();
    expect(list).toMatchObject({ data: [{ id, scope: 'service', label: 'billing backend', expiresAt: null, lastUsedAt: expect.any(String) }], nextCursor: expect.any(String) });
    const stored = JSON.stringify(await gateway.database.rows('select (select json_agg(k) from gateway.api_key k) as k, (select json_agg(a) from gateway.audit a) as a'));
    const secret = key.split('_')[3]!;
    for (const text of [stored, JSON.stringify(list), await readFile(gateway.logFile, 'utf8')]) expect(text).not.toContain(secret);
  });

  test('is shown once: a replayed creation has none, and stores none', async () => {
    const sent = { body: { scope: 'service', label: 'twice' }, headers: { 'idempotency-key': 'create-1' } };
    const [first, second] = [await gateway.request('POST', '/v1/api-keys', sent), await gateway.request('POST', '/v1/api-keys', sent)];
    const [made, again] = [(await first.json()) as Record<string, unknown>, (await second.json()) as Record<string, unknown>];
    expect([first.status, second.status, second.headers.get('idempotent-replayed')]).toEqual([201, 201, 'true']);
    expect(again).toEqual({ ...made, key: null });
    const kept = JSON.stringify(await gateway.database.rows('select * from gateway.idempotency'));
    expect(kept).toContain(made['id']);
    expect(kept).not.toContain((made['key'] as string).split('_')[3]);
    const other = await gateway.request('POST', '/v1/api-keys', { ...sent, body: { scope: 'admin' } });
    expect([other.status, ((await other.json()) as { code: string }).code]).toEqual([422, 'idempotency_key_reused']);
  });

  test('no longer works once it is revoked, and who did what stands in the audit log', async () => {
    const { id, key } = await gateway.createKey('service');
    expect((await read(key)).status).toBe(200);
    const revoked = await gateway.request('DELETE', `/v1/api-keys/${id}`);
    expect([revoked.status, await revoked.text()]).toEqual([204, '']);
    expect((await read(key)).status).toBe(401);
    expect((await gateway.request('DELETE', `/v1/api-keys/${id}`)).status).toBe(404);
    const log = await gateway.database.rows("select actor, action from gateway.audit where subject = $1 order by id", [id]);
    expect(log).toEqual([{ actor: 'first-admin-key', action: 'api_key.created' }, { actor: 'first-admin-key', action: 'api_key.revoked' }]);
  });

  test('that was revoked behind this gateway’s back is refused within two seconds', async () => {
    const { id, key } = await gateway.createKey('service');
    expect((await read(key)).status).toBe(200);
    await gateway.database.rows('delete from gateway.api_key where id = $1', [id]);
    await new Promise((resolve) => setTimeout(resolve, 2_050));
    expect((await read(key)).status).toBe(401);
  });

  test('that is rotated goes on beside the new one for the overlap, and ends then', async () => {
    const { id, key } = await gateway.createKey('service', { label: 'billing backend' });
    const rotated = await gateway.request('POST', `/v1/api-keys/${id}/rotate`, { body: { overlapSeconds: 60 } });
    const made = (await rotated.json()) as { id: string; key: string };
    expect([rotated.status, made]).toEqual([201, { id: expect.any(String), key: expect.stringMatching(/^rf_test_/), scope: 'service', label: 'billing backend', expiresAt: null }]);
    expect([(await read(key)).status, (await read(made.key)).status]).toEqual([200, 200]);
    const [ends] = await gateway.database.rows<{ soon: boolean }>(
      "select expires_at between clock_timestamp() + interval '50 seconds' and clock_timestamp() + interval '60 seconds' as soon from gateway.api_key where id = $1", [id]);
    expect(ends).toEqual({ soon: true });
    expect((await gateway.request('POST', `/v1/api-keys/${id}/rotate`, { body: { overlapSeconds: 0 } })).status).toBe(201);
    expect([(await read(key)).status, (await read(made.key)).status]).toEqual([401, 200]);
    expect((await gateway.request('POST', `/v1/api-keys/${id}/rotate`)).status).toBe(404);
    const log = await gateway.database.rows('select action from gateway.audit where subject = $1 order by id', [id]);
    expect(log).toEqual([{ action: 'api_key.created' }, { action: 'api_key.rotated' }, { action: 'api_key.rotated' }]);
  });

  test('cannot be made to expire in the past', async () => {
    const answer = await gateway.request('POST', '/v1/api-keys', { body: { scope: 'service', expiresAt: '2020-01-01T00:00:00Z' } });
    expect([answer.status, await answer.json()]).toEqual([422, expect.objectContaining({ errors: [{ path: 'expiresAt', message: 'not in the future' }] })]);
  });
});
