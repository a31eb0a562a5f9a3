import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { me, ROUTES } from '@referrals/contracts';
import { GatewayFixture, HOST_SECRET, hostToken } from './gateway.fixture.js';

let gateway: GatewayFixture;
beforeAll(async () => {
  gateway = await GatewayFixture.start({ HOST_JWT_SECRET: HOST_SECRET });
});
beforeEach(() => void (gateway.calls.length = 0));
afterAll(() => gateway.stop());

/** The leaderboard is everybody's: it names no user. */
const views = Object.values(me).map(({ http }) => http!.path).filter((path) => path !== '/v1/me/leaderboard');

describe("a user's own views", () => {
  test.each(views)('%s is of the user whom the token names, whatever else is sent', async (path) => {
    expect((await gateway.request('GET', path, { key: hostToken('till') })).status).toBe(200);
    expect(gateway.asked().at(-1)!.data).toMatchObject({ userId: 'till' });
    gateway.calls.length = 0;
    const other = await gateway.request('GET', `${path}?userId=nina`, { key: hostToken('till') });
    expect([other.status, gateway.asked()]).toEqual([422, []]);
  });

  test.each(views)('%s takes no key and no token of somebody else', async (path) => {
    expect((await gateway.request('GET', path)).status).toBe(403);
    expect((await gateway.request('GET', path, { key: hostToken('till', 'a secret of nobody, 32 characters') })).status).toBe(401);
    expect((await gateway.request('GET', path, { key: null })).status).toBe(401);
    expect(gateway.asked()).toEqual([]);
  });

  test.each(ROUTES.filter(({ http }) => !['user', 'open'].includes(http.scope)).map(({ http }) => [http.method, http.path]))('are all that a token opens: %s %s is forbidden', async (method, path) => {
    const answer = await gateway.request(method, path.replace(/\{\w+\}/g, 'till'), { key: hostToken('till') });
    expect([answer.status, gateway.asked()]).toEqual([403, []]);
  });

  test('answer 401 where no way to verify a token is configured', async () => {
    const plain = await GatewayFixture.start();
    try {
      for (const key of [hostToken('till'), undefined]) expect((await plain.request('GET', '/v1/me/code', key ? { key } : {})).status).toBe(401);
    } finally {
      await plain.stop();
    }
  });
});

describe('a campaign code', () => {
  const campaign = { userId: 'shop', type: 'campaign', code: 'SUMMER-26' };

  test('is made by an operator, not by a backend', async () => {
    const { key } = await gateway.createKey('service');
    expect((await gateway.request('POST', '/v1/codes', { body: campaign, key })).status).toBe(403);
    expect(gateway.asked()).toEqual([]);
    expect((await gateway.request('POST', '/v1/codes', { body: campaign })).status).toBe(201);
    expect((await gateway.request('POST', '/v1/codes', { body: { ...campaign, type: 'custom' }, key })).status).toBe(201);
  });

  test('is changed by an operator, not by a backend: the room is told to refuse', async () => {
    const { key } = await gateway.createKey('service');
    const path = '/v1/codes/0199aaaa-0000-7000-8000-000000000001';
    await gateway.request('PATCH', path, { body: { isActive: false }, key });
    expect(gateway.asked().at(-1)!.data).toMatchObject({ exceptCampaigns: true });
    await gateway.request('PATCH', path, { body: { isActive: false } });
    expect(gateway.asked().at(-1)!.data).not.toHaveProperty('exceptCampaigns');
    expect((await gateway.request('PATCH', path, { body: { isActive: false, exceptCampaigns: false }, key })).status).toBe(422);
  });
});
