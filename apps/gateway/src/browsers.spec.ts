import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GatewayFixture, HOST_SECRET, hostToken } from './gateway.fixture.js';

let gateway: GatewayFixture;
let key: string;
beforeAll(async () => {
  gateway = await GatewayFixture.start({ CORS_ORIGINS: 'https://portal.example', HOST_JWT_SECRET: HOST_SECRET, RATE_LIMIT_CLIENT: '40', RATE_LIMIT_KEY: '5' });
  key = (await gateway.createKey('publishable', { origins: ['https://app.example'] })).key;
});
afterAll(() => gateway.stop());

const preflight = (origin: string, path = '/v1/codes/validate', method = 'POST'): Promise<Response> =>
  gateway.request('OPTIONS', path, { key: null, headers: { origin, 'access-control-request-method': method } });
const validate = (origin: string, with_ = key): Promise<Response> =>
  gateway.request('POST', '/v1/codes/validate', { key: with_, body: { code: 'A' }, headers: { origin } });
const allowed = (answer: Response): string | null => answer.headers.get('access-control-allow-origin');

describe('a page of another origin', () => {
  test('may use a publishable key that was made for it, and reads what it is answered', async () => {
    const asked = await preflight('https://app.example');
    expect([asked.status, allowed(asked), asked.headers.get('access-control-allow-methods'), asked.headers.get('vary')]).toEqual([204, 'https://app.example', 'POST', 'Origin']);
    const answer = await validate('https://app.example');
    expect([answer.status, allowed(answer), answer.headers.get('vary')]).toEqual([200, 'https://app.example', 'Origin']);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('may not use a key that was made for another', async () => {
    const other = await gateway.createKey('publishable', { origins: ['https://other.example'] });
    expect(allowed(await validate('https://app.example', other.key))).toBeNull();
    expect(allowed(await validate('https://app.example', (await gateway.createKey('publishable')).key))).toBeNull();
  });

  test.each([
    'null', 'https://evil.example', 'https://app.example.evil.example', 'https://evilapp.example', 'http://app.example', 'https://app.example:444', 'https://APP.example', 'https://app.example/',
    '*', "https://app.example' or '1'='1",
  ])('is denied as %s', async (origin) => {
    const asked = await preflight(origin);
    expect([asked.status, allowed(asked)]).toEqual([405, null]);
    expect(allowed(await validate(origin))).toBeNull();
  });

  test('that the operator names reads users’ own views, and no page anything that takes a backend’s key', async () => {
    expect((await preflight('https://portal.example', '/v1/me/balances', 'GET')).status).toBe(204);
    const own = await gateway.request('GET', '/v1/me/balances', { key: hostToken('till'), headers: { origin: 'https://portal.example' } });
    expect([own.status, allowed(own)]).toEqual([200, 'https://portal.example']);
    expect(allowed(await gateway.request('GET', '/v1/me/balances', { key: hostToken('till'), headers: { origin: 'https://app.example' } }))).toBeNull();
    expect((await preflight('https://portal.example', '/v1/api-keys', 'GET')).status).toBe(405);
    expect(allowed(await gateway.request('GET', '/v1/api-keys', { headers: { origin: 'https://portal.example' } }))).toBeNull();
  });

  test('is named by an origin and nothing else, and for publishable keys alone', async () => {
    for (const origins of [['*'], ['https://app.example/path'], ['app.example'], ['javascript:x'], ['null']]) {
      expect((await gateway.request('POST', '/v1/api-keys', { body: { scope: 'publishable', origins } })).status).toBe(422);
    }
    expect((await gateway.request('POST', '/v1/api-keys', { body: { scope: 'service', origins: ['https://app.example'] } })).status).toBe(422);
  });
});

describe('who comes too often', () => {
  const untilRefused = async (send: () => Promise<Response>): Promise<Response> => {
    for (let n = 0; n < 60; n += 1) {
      const answer = await send();
      if (answer.status === 429) return answer;
    }
    throw new Error('was never refused');
  };

  test.each([
    ['a user', () => gateway.request('GET', '/v1/me/tier', { key: hostToken('often') }), '40'],
    ['a link’s follower', () => gateway.request('GET', '/r/ABCD2345', { key: null, headers: { 'x-forwarded-for': `8.8.8.${Math.floor(Math.random() * 255)}` } }), '40'],
  ])('%s is told when to come back', async (_who, send, limit) => {
    gateway.on('codes.click', () => ({ err: { code: 'not_found' } }));
    const answer = await untilRefused(send);
    expect(await answer.json()).toMatchObject({ code: 'rate_limited' });
    expect([answer.headers.get('ratelimit-limit'), answer.headers.get('ratelimit-remaining')]).toEqual([limit, '0']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(answer.headers.get('ratelimit-reset'))).toBeLessThanOrEqual(60);
  });

  test('a backend is refused by its key and no other with it; an operator never is', async () => {
    const [busy, calm] = [await gateway.createKey('service'), await gateway.createKey('service')];
    const answer = await untilRefused(() => gateway.request('GET', '/v1/users/u/tier', { key: busy.key }));
    expect(answer.headers.get('ratelimit-limit')).toBe('5');
    expect((await gateway.request('GET', '/v1/users/u/tier', { key: calm.key })).status).toBe(200);
    for (let n = 0; n < 20; n += 1) expect((await gateway.request('GET', '/v1/users/u/tier')).status).toBe(200);
  });
});
