import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

let product: Product;
let client: Client;
beforeAll(async () => {
  product = await startProduct();
  client = product.client;
}, 60_000);
afterAll(() => product.stop(), 30_000);

const together = <T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, (_, n) => work(n)));

it('gives 200 parallel first requests for a code one and the same code', async () => {
  const answers = await together(200, () => client.get('/v1/users/till/code'));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map(({ body }) => body.code)).size).toBe(1);
  expect((await client.get('/v1/users/till/codes')).body.data).toHaveLength(1);
});

it('lets exactly 10 of 100 parallel registrations use a code with maxUses 10', async () => {
  const { body: code } = await client.post('/v1/codes', { userId: 'shop', type: 'campaign', code: 'TEN-ONLY', maxUses: 10 });
  const answers = await together(100, (n) => client.post('/v1/referrals', { refereeId: `racer-${n}`, code: 'ten-only' }));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
  expect(answers.filter(({ body }) => body.code === 'exhausted')).toHaveLength(90);
  await eventually(async () => {
    const { data } = (await client.get('/v1/users/shop/codes')).body;
    expect(data.find((entry: { id: string }) => entry.id === code.id).usesCount).toBe(10);
  });
  const { body } = await client.post('/v1/codes/validate', { code: 'TEN-ONLY' });
  expect(body).toMatchObject({ valid: false, reason: 'exhausted' });
});

it('applies 64 parallel requests with one idempotency key once', async () => {
  await client.post('/v1/codes', { userId: 'shop', type: 'campaign', code: 'KEYED' });
  const answers = await together(64, () => client.post('/v1/referrals', { refereeId: 'keyed', code: 'KEYED' }, { 'idempotency-key': 'once' }));
  expect(answers.filter(({ status }) => ![201, 409].includes(status))).toEqual([]);
  const { body, headers } = await client.post('/v1/referrals', { refereeId: 'keyed', code: 'KEYED' }, { 'idempotency-key': 'once' });
  expect(headers.get('idempotent-replayed')).toBe('true');
  expect(body.outcome).toBe('registered');
  const reused = await client.post('/v1/referrals', { refereeId: 'other', code: 'KEYED' }, { 'idempotency-key': 'once' });
  expect([reused.status, reused.body.code]).toEqual([422, 'idempotency_key_reused']);
});
