import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

const NOW = new Date('2026-04-01T09:00:00.000Z');
const day = (days: number): string => new Date(NOW.getTime() + days * 86_400_000).toISOString();
let product: Product;
let client: Client;
beforeAll(async () => {
  product = await startProduct({ twice: true });
  client = product.client;
  await client.setClock(NOW);
}, 60_000);
afterAll(() => product.stop(), 30_000);

interface Friend {
  name: string;
  ip: string | null;
  createdAt?: string;
  startedAt?: string;
  isVerified?: boolean;
}
/** Somebody who signed up ten days ago and has been on a paid plan since. */
async function bring(code: string, { name, ip, createdAt = day(-20), startedAt = day(-9), isVerified = true }: Friend): Promise<void> {
  const answers = [
    await client.tell('POST', '/v1/referrals', { refereeId: name, code, occurredAt: day(-10), ...(ip && { context: { ip } }) }),
    await client.tell('PUT', `/v1/users/${name}`, { createdAt, isVerified, occurredAt: day(-10) }),
    await client.tell('PUT', `/v1/users/${name}/subscription`, { plan: 'pro', status: 'active', startedAt, occurredAt: day(-8) }),
  ];
  expect(answers.filter(({ status }) => status >= 300)).toEqual([]);
}

const HOME = '203.0.113.7';
const FRIENDS: Friend[] = [
  { name: 'eligible-1', ip: '198.51.100.1' }, { name: 'eligible-2', ip: '2001:db8:2::1' }, { name: 'eligible-3', ip: '198.51.100.3' },
  { name: 'young', ip: null, createdAt: day(-6) }, { name: 'just-paying', ip: '198.51.100.1', startedAt: day(-3) },
  { name: 'nowhere', ip: null }, { name: 'at-home', ip: HOME }, { name: 'neighbour', ip: '2001:db8:2::2' }, { name: 'unverified', ip: '198.51.100.9', isVerified: false },
];

it('three eligible referrals bring 5 slots and a badge, and each other one is counted under the first rule it fails', async () => {
  const { body: campaign } = await client.tell('POST', '/v1/codes', { userId: 'till', type: 'campaign', code: 'FRIENDS' });
  const seen = await client.tell('POST', '/v1/activity', { id: 'at-home', userId: 'till', kind: 'app_used', appId: 'chat', occurredAt: day(-12), context: { ip: HOME } });
  expect(seen).toMatchObject({ status: 202 });
  await eventually(async () => {
    const { rows } = await product.owner.query(`select event_id from fraud.inbox i join relationships.outbox o on o.id = i.event_id where o.type = 'activity.observed'`);
    expect(rows).toHaveLength(1);
  });
  for (const friend of FRIENDS) await bring(campaign.code, friend);
  expect((await client.get('/v1/users/till/batch-reward')).body).toMatchObject({ eligible: 0, slots: 0, badge: null, computedAt: null });
  await eventually(async () => {
    await client.post('/v1/batch-rewards/recompute', { userId: 'till' });
    expect((await client.get('/v1/users/till/batch-reward')).body).toEqual({
      userId: 'till', referredTotal: 9, candidates: 8, eligible: 3, cooldownDays: 7, disqualified: { cooldown: 2, missingIp: 1, sharedIp: 1, duplicateIp: 1 },
      slots: 5, badge: 'verified_referrer', computedAt: NOW.toISOString(),
    });
  }, 20_000);
  expect((await client.post('/v1/batch-rewards/recompute', { userId: 'till' })).body).toMatchObject({ processed: 1, updated: 0 });
  expect(await client.balance('till', 'slots')).toEqual({ unit: 'slots', available: 5, held: 0, debt: 0 });
});

it('slots that were spent before they are lost become a debt, and the ledger says so', async () => {
  expect((await client.tell('POST', '/v1/users/till/redemptions', { id: 'spent', unit: 'slots', amount: 4 })).status).toBe(201);
  await client.tell('PUT', '/v1/users/eligible-3', { isActive: false, occurredAt: day(0) });
  await eventually(async () => {
    await client.post('/v1/batch-rewards/recompute');
    expect(await client.balance('till', 'slots')).toEqual({ unit: 'slots', available: 0, held: 0, debt: 4 });
  });
  const { data } = (await client.get('/v1/users/till/ledger?unit=slots')).body;
  expect(data.map((entry: { amount: number; reason: string }) => [entry.reason, entry.amount]).sort()).toEqual([
    ['bonus', 5], ['clawback', -1], ['debt', -4], ['redemption', -4]]);
});
