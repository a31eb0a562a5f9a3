import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { GatewayFixture } from './gateway.fixture.js';

const SECRETS = ['whsec_first_secret_of_these_tests', 'whsec_second_secret_of_these_tests'];
let gateway: GatewayFixture;
beforeAll(async () => {
  gateway = await GatewayFixture.start({ STRIPE_WEBHOOK_SECRET: SECRETS.join(', ') });
  gateway.on('rewards.applyStripeEvent', () => ({ reply: { status: 'ok' } }));
});
beforeEach(() => void (gateway.calls.length = 0));
afterAll(() => gateway.stop());

const EVENT = { id: 'evt_1', object: 'event', type: 'invoice.paid', created: 1, data: { object: { id: 'in_1', nested: { deep: ['ä'] } } } };
const now = (): number => Math.floor(Date.now() / 1_000);
const sign = (payload: string, secret = SECRETS[0]!, timestamp = now()): string =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
const send = async (payload: string | Buffer, signature: string | null, at = gateway): Promise<[number, { status?: string; code?: string }]> => {
  const answer = await at.request('POST', '/v1/webhooks/stripe', { key: null, raw: payload, headers: signature === null ? {} : { 'stripe-signature': signature } });
  return [answer.status, (await answer.json()) as object];
};
const body = JSON.stringify(EVENT, null, 2);

describe('the Stripe webhook', () => {
  test('passes on what is signed with any of the secrets, as it was signed', async () => {
    for (const secret of SECRETS) expect(await send(body, sign(body, secret))).toEqual([200, { status: 'ok' }]);
    expect(gateway.asked().map(({ subject, data }) => [subject, data])).toEqual(SECRETS.map(() => ['rewards.applyStripeEvent', { event: EVENT }]));
  });

  test('believes a signature up to 300 s before and after it was made', async () => {
    for (const away of [-295, 295]) expect((await send(body, sign(body, SECRETS[0], now() + away)))[0]).toBe(200);
    for (const away of [-305, 305, 86_400, -86_400]) expect(await send(body, sign(body, SECRETS[0], now() + away))).toMatchObject([400, { code: 'invalid_signature' }]);
  });

  test('refuses another secret, another body, another order of bytes and no signature', async () => {
    const refused = [400, { code: 'invalid_signature' }];
    expect(await send(body, sign(body, 'whsec_of_somebody_else'))).toMatchObject(refused);
    expect(await send(body.replace('in_1', 'in_2'), sign(body))).toMatchObject(refused);
    expect(await send(JSON.stringify(EVENT), sign(body))).toMatchObject(refused);
    expect(await send(body, null)).toMatchObject(refused);
    for (const forged of ['', 't=,v1=', 't=1e400,v1=00', `t=${now()}`, 'v1=00', ',,,', `t=${now()},v0=${'0'.repeat(64)}`]) {
      expect(await send(body, forged)).toMatchObject(refused);
    }
    expect(gateway.asked()).toEqual([]);
  });

  test('takes up to 256 KiB, where other routes take 64', async () => {
    const large = JSON.stringify({ ...EVENT, padding: 'x'.repeat(200 * 1_024) });
    expect(await send(large, sign(large))).toEqual([200, { status: 'ok' }]);
    const larger = JSON.stringify({ ...EVENT, padding: 'x'.repeat(257 * 1_024) });
    expect(await send(larger, sign(larger))).toMatchObject([413, { code: 'too_large' }]);
  });

  test('answers 400 or 422 for a signed body that is no event', async () => {
    expect(await send('{', sign('{'))).toMatchObject([400, { code: 'invalid_json' }]);
    expect(await send('{"id": 1}', sign('{"id": 1}'))).toMatchObject([422, { code: 'invalid_request' }]);
  });

  test('lets Stripe try again when the room is down or fails', async () => {
    gateway.on('rewards.applyStripeEvent', () => ({ err: { code: 'internal', message: 'x' } }));
    expect((await send(body, sign(body)))[0]).toBe(500);
    gateway.on('rewards.applyStripeEvent', () => null);
    expect(await send(body, sign(body))).toMatchObject([503, { code: 'unavailable' }]);
    gateway.on('rewards.applyStripeEvent', () => ({ reply: { status: 'ok' } }));
  });

  test('answers 503 while no secret is set', async () => {
    const bare = await GatewayFixture.start();
    try {
      expect(await send(body, sign(body), bare)).toMatchObject([503, { code: 'unavailable' }]);
    } finally {
      await bare.stop();
    }
  });
});
