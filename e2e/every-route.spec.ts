import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectNats } from '@referrals/messaging';
import { StripeWriter } from '@referrals/testing';
import Stripe from 'stripe';
import { ApiDocument } from './fuzz/document.js';
import { eventually, type Json } from './harness/client.js';
import { HOST_SECRET, tellOfTwoFriends, tokenOf } from './harness/host.js';
import { startProduct, type Product } from './harness/product.js';
import { startReceiver, type Receiver } from './harness/receiver.js';

const STRIPE_SECRET = 'whsec_of_every_route';

/** What one call takes beside its route. */
interface Sent {
  /** of the path, in the order in which they stand there */
  in?: string[];
  query?: Record<string, string>;
  body?: object;
  headers?: Record<string, string>;
}

let product: Product;
let receiver: Receiver;
let api: ApiDocument;
let code: string;
const called = new Set<string>();
beforeAll(async () => {
  product = await startProduct({ variables: { HOST_JWT_SECRET: HOST_SECRET, STRIPE_WEBHOOK_SECRET: STRIPE_SECRET, WEBHOOK_ALLOW_PRIVATE: '1', RATE_LIMIT_CLIENT: '0' } });
  api = new ApiDocument((await product.client.get('/openapi.json')).body);
  receiver = await startReceiver();
  ({ code } = await tellOfTwoFriends(product));
}, 90_000);
afterAll(async () => {
  await product.stop();
  receiver.stop();
}, 30_000);

/** Asks a route, which must succeed and answer as the document says. @returns what it answered */
async function ask(route: `${string} /${string}`, { in: named = [], query, body, headers = {} }: Sent = {}): Promise<Json> {
  const operation = api.operations.find(({ method, path }) => `${method} ${path}` === route)!;
  const path = operation.path.replace(/\{\w+\}/g, () => encodeURIComponent(named.shift()!));
  const authorization = `Bearer ${operation.scope === 'user' ? await tokenOf('till') : product.adminKey}`;
  const response = await fetch(`${product.client.url}${path}${query ? `?${new URLSearchParams(query).toString()}` : ''}`, {
    method: operation.method, redirect: 'manual',
    headers: { ...(operation.scope !== 'open' && { authorization }), ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answered = { status: response.status, contentType: response.headers.get('content-type'), text };
  expect([route, response.status < 400 ? '' : text, api.violations(operation, answered)]).toEqual([route, '', []]);
  called.add(route);
  return text === '' || !answered.contentType!.includes('json') ? text : JSON.parse(text);
}

/** A list that has something to show: an empty one keeps to every schema. */
async function list(route: `GET /${string}`, sent: Sent = {}): Promise<Json[]> {
  return eventually(async () => {
    const { data } = await ask(route, { ...sent, in: [...(sent.in ?? [])] });
    expect([route, data.length > 0]).toEqual([route, true]);
    return data;
  });
}

describe('every route of the document succeeds and answers as it says:', () => {
  it('codes and links', async () => {
    await ask('GET /v1/users/{userId}/code', { in: ['till'] });
    await list('GET /v1/users/{userId}/codes', { in: ['till'] });
    const made = await ask('POST /v1/codes', { body: { userId: 'till', type: 'campaign', code: 'EVERY-1', maxUses: 9, dailyLimit: 3, metadata: { spring: true } } });
    await ask('PATCH /v1/codes/{codeId}', { in: [made.id], body: { dailyLimit: 5 } });
    await list('GET /v1/codes', { query: { code: 'EVERY-1' } });
    await ask('POST /v1/codes/validate', { body: { code } });
    await ask('POST /v1/attribution-tokens', { body: { code } });
    await ask('GET /r/{code}', { in: [code] });
    await ask('GET /r/{code}/qr.svg', { in: [code] });
    await ask('GET /r/{code}/qr.png', { in: [code] });
  });

  it('people and referrals', async () => {
    await ask('PUT /v1/users/{userId}', { in: ['mia'], body: { displayName: 'Mia M', email: 'mia@example.com', locale: 'de' } });
    const { referral } = await ask('POST /v1/referrals', { body: { refereeId: 'mia', code, appId: 'chat' } });
    await ask('GET /v1/referrals/{referralId}', { in: [referral.id] });
    await ask('GET /v1/users/{userId}/referral', { in: ['mia'] });
    await list('GET /v1/users/{userId}/referrals', { in: ['till'], query: { stage: 'qualified' } });
    await ask('POST /v1/activity', { body: { id: 'use-mia', userId: 'mia', kind: 'app_used', appId: 'chat' } });
  });

  it('payments and what they earn', async () => {
    await ask('POST /v1/payments', { body: { id: 'pay-mia', userId: 'mia', kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled' } });
    await ask('POST /v1/payments/{paymentId}/refunds', { in: ['pay-mia'], body: { id: 'refund-1', amount: 99 } });
    await ask('POST /v1/payments/{paymentId}/disputes', { in: ['pay-mia'], body: { id: 'dispute-1', status: 'opened', amount: 100 } });
    const [bonus] = await list('GET /v1/users/{userId}/bonuses', { in: ['nina'] });
    await ask('GET /v1/bonuses/{bonusId}', { in: [bonus.id] });
    await eventually(async () => expect((await ask('GET /v1/users/{userId}/balances', { in: ['nina'] })).balances[0].available).toBeGreaterThan(0));
    await list('GET /v1/users/{userId}/ledger', { in: ['nina'] });
    await ask('GET /v1/users/{userId}/tier', { in: ['till'] });
    await ask('POST /v1/users/{userId}/redemptions', { in: ['nina'], body: { id: 'redeem-1', unit: 'credits', amount: 5 } });
    await ask('GET /v1/users/{userId}/batch-reward', { in: ['till'] });
    await ask('POST /v1/batch-rewards/recompute', { body: {} });
  });

  it('access', async () => {
    await ask('PUT /v1/users/{userId}/subscription', { in: ['mia'], body: { plan: 'pro', status: 'active', startedAt: new Date(0).toISOString() } });
    await ask('POST /v1/users/{userId}/access-grants', { in: ['mia'], body: { id: 'grant-1', days: 3 } });
    await ask('GET /v1/users/{userId}/access', { in: ['mia'] });
    await ask('GET /v1/users/{userId}/access/check', { in: ['mia'] });
    await ask('DELETE /v1/users/{userId}/access-grants', { in: ['mia'] });
    const event = new StripeWriter('2025-03-31.basil', 'mia', { userId: 'mia' }).subscription('created', 'active', new Date(0));
    await ask('POST /v1/webhooks/stripe', { body: event, headers: { 'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload: JSON.stringify(event), secret: STRIPE_SECRET }) } });
  });

  it('what users see of themselves', async () => {
    for (const view of ['code', 'tier', 'balances', 'access', 'stats'] as const) await ask(`GET /v1/me/${view}`);
    for (const view of ['codes', 'referrals', 'bonuses', 'leaderboard'] as const) await list(`GET /v1/me/${view}`);
  });

  it('reviews, notes, patterns and networks', async () => {
    const [{ id }] = await list('GET /v1/reviews', { query: { status: 'pending' } });
    await ask('GET /v1/reviews/{id}', { in: [id] });
    await ask('POST /v1/reviews/{id}/assign', { in: [id], body: { assignee: 'rita' } });
    await ask('POST /v1/reviews/{id}/notes', { in: [id], body: { notes: 'the same tablet' } });
    await ask('POST /v1/reviews/{id}/decision', { in: [id], body: { decision: 'escalate' } });
    await ask('POST /v1/reviews/decisions', { body: { ids: [id, '0199aaaa-0000-7000-8000-000000000001'], decision: 'approve' } });
    await ask('POST /v1/users/{userId}/notes', { in: ['till'], body: { body: 'called, is a family' } });
    await list('GET /v1/users/{userId}/notes', { in: ['till'] });
    const pattern = { patternType: 'ip_range', patternValue: '84.115.0.0/16' };
    const made = await ask('POST /v1/fraud-patterns', { body: { ...pattern, severity: 'low', scoreImpact: 5, description: 'a provider' } });
    await list('GET /v1/fraud-patterns');
    await ask('POST /v1/fraud-patterns/dry-run', { body: pattern });
    await ask('PATCH /v1/fraud-patterns/{id}', { in: [made.id], body: { isActive: false } });
    await ask('DELETE /v1/fraud-patterns/{id}', { in: [made.id] });
    const network = await ask('POST /v1/shared-networks', { body: { network: '198.51.100.0/24', description: 'a campus' } });
    await list('GET /v1/shared-networks');
    await ask('DELETE /v1/shared-networks/{id}', { in: [network.id] });
    await ask('GET /v1/fraud/rings');
  });

  it('statistics', async () => {
    await list('GET /v1/stats/daily', { query: { appId: 'chat' } });
    await ask('GET /v1/stats/overview');
    await list('GET /v1/leaderboard');
    await ask('GET /v1/users/{userId}/stats', { in: ['till'] });
  });

  it('jobs, programme and clock', async () => {
    await list('GET /v1/jobs');
    const run = await ask('POST /v1/jobs/{name}/runs', { in: ['reconcile'] });
    await ask('GET /v1/jobs/{name}/runs/{id}', { in: ['reconcile', run.id] });
    await ask('GET /v1/reconciliation/differences');
    const { version, programme } = await ask('GET /v1/programme');
    await ask('PUT /v1/programme', { body: { baseVersion: version, programme } });
    await list('GET /v1/programme/versions');
    await ask('PUT /v1/test-clock', { body: { now: new Date().toISOString(), running: true } });
  });

  it('webhooks', async () => {
    const endpoint = await ask('POST /v1/webhook-endpoints', { body: { url: receiver.url, events: ['referral.registered'] } });
    await list('GET /v1/webhook-endpoints');
    await product.client.post('/v1/referrals', { refereeId: 'olga', code });
    const [delivery] = await list('GET /v1/webhook-deliveries', { query: { endpointId: endpoint.id } });
    await ask('POST /v1/webhook-deliveries/{id}/resend', { in: [delivery.id] });
    await ask('PATCH /v1/webhook-endpoints/{id}', { in: [endpoint.id], body: { isActive: false } });
    await ask('DELETE /v1/webhook-endpoints/{id}', { in: [endpoint.id] });
  });

  it('keys, dead letters, events and the audit log', async () => {
    const key = await ask('POST /v1/api-keys', { body: { scope: 'service', label: 'billing' } });
    await list('GET /v1/api-keys');
    const rotated = await ask('POST /v1/api-keys/{id}/rotate', { in: [key.id], body: {} });
    await ask('DELETE /v1/api-keys/{id}', { in: [rotated.id] });
    const nats = await connectNats(product.natsUrl, 'story');
    nats.publish('events.referral.registered', 'no event at all');
    await nats.drain();
    const [letter] = await list('GET /v1/dead-letters');
    await ask('POST /v1/dead-letters/{id}/redrive', { in: [letter.id] });
    await list('GET /v1/events');
    await list('GET /v1/audit');
  });

  it('imports', async () => {
    const rows = [['emil', 'till', '2024-03-01T10:00:00Z'], ['fred', 'till', 'yesterday']].map((values, n) => ({ line: n + 1, values }));
    await ask('POST /v1/imports/{importId}/rows', { in: ['old-1'], body: { after: 0, columns: ['refereeId', 'referrerId', 'registeredAt'], rows } });
    await ask('GET /v1/imports/{importId}', { in: ['old-1'] });
    await list('GET /v1/imports/{importId}/refusals', { in: ['old-1'] });
  });

  it('operations', async () => {
    for (const path of ['/health/live', '/health/ready', '/openapi.json', '/docs', '/metrics'] as const) await ask(`GET ${path}`);
  });

  it('export and erasure', async () => {
    expect(Object.keys((await ask('GET /v1/users/{userId}/export', { in: ['till'] })).rooms)).toEqual(expect.arrayContaining(['codes', 'relationships', 'rewards']));
    await ask('DELETE /v1/users/{userId}', { in: ['till'] });
  });

  it('and none was left out', () => {
    expect([...called].sort()).toEqual(api.operations.map(({ method, path }) => `${method} ${path}`).sort());
  });
});
