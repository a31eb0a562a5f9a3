import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

let product: Product;
let client: Client;
beforeAll(async () => {
  product = await startProduct({ twice: true });
  client = product.client;
}, 60_000);
afterAll(() => product.stop(), 30_000);

const NOW = new Date('2026-05-10T12:00:00.000Z').getTime();
const HOUR = 3_600_000;

it('pays silver bonuses of 8, 15 and 38 from the sixth qualified referral on, and the fifth at bronze still', async () => {
  const code = await client.codeOf('anna');
  let arrived = NOW;
  /** Friends come more than an hour apart: five within one would look like bots. */
  const bring = async (name: string) => {
    await client.setClock(new Date((arrived += 1.1 * HOUR)));
    const ago = (days: number, minutes = 0) => new Date(arrived - days * 24 * HOUR + minutes * 60_000).toISOString();
    await client.post('/v1/referrals', { refereeId: name, code, appId: 'chat', occurredAt: ago(3) });
    await client.post('/v1/activity', { id: `use-${name}`, userId: name, kind: 'app_used', appId: 'chat', occurredAt: ago(3, 10) });
    await client.post('/v1/payments', { id: `pay-${name}`, userId: name, kind: 'purchase', amount: 500, currency: 'EUR', status: 'settled', occurredAt: ago(1) });
  };
  for (let n = 1; n <= 5; n += 1) {
    await bring(`friend-${n}`);
    await eventually(async () => expect(await client.balance('anna')).toMatchObject({ available: n * (5 + 10 + 25), held: 0 }));
  }
  expect((await client.get('/v1/users/anna/tier')).body).toMatchObject({ tier: 'silver', multiplier: 15_000, qualifiedCount: 5, nextTierAt: 15 });
  await bring('friend-6');
  await eventually(async () => expect(await client.balance('anna')).toMatchObject({ available: 200 + 8 + 15 + 38, held: 0 }));
});
