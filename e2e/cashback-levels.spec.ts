import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { StripeWriter } from '@referrals/testing';
import { eventually, together, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';
import { sendToWebhook } from './harness/stripe.js';

const NOW = new Date('2026-04-01T09:00:00.000Z');
const hours = (count: number): string => new Date(NOW.getTime() + count * 3_600_000).toISOString();
const SECRET = 'whsec_of_the_levels';
const REFEREES = 51;
let product: Product;
let client: Client;
beforeAll(async () => {
  product = await startProduct({ variables: { STRIPE_WEBHOOK_SECRET: SECRET } });
  client = product.client;
  await client.setClock(NOW);
}, 60_000);
afterAll(() => product.stop(), 30_000);

const names = Array.from({ length: REFEREES }, (_, index) => `nina-${index + 1}`);

/** Two days ago, with the campaign of a referrer, and at home in the product since. */
async function signUpAll(code: string): Promise<void> {
  await together(names, async (refereeId) => {
    expect((await client.tell('POST', '/v1/referrals', { refereeId, code, occurredAt: hours(-48) })).status).toBeLessThan(300);
    await client.tell('POST', '/v1/activity', { id: `use-${refereeId}`, userId: refereeId, kind: 'app_used', appId: 'chat', occurredAt: hours(-47) });
  });
  await eventually(async () => {
    const { rows } = await product.owner.query(`select count(*)::int as count from rewards.referral where json_array_length(assessments) > 0`);
    expect(rows[0].count).toBe(REFEREES);
  }, 30_000);
}

async function cashbackOf(referrer: string): Promise<{ amount: number; level: number; status: string }[]> {
  const found = [];
  for (let cursor = ''; ; ) {
    const { body } = await client.get(`/v1/users/${referrer}/bonuses?limit=100${cursor}`);
    found.push(...body.data.filter((bonus: { event: string }) => bonus.event === 'cashback'));
    if (body.nextCursor === null) return found.reverse();
    cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
  }
}

it('the 24th referee who pays brings 10 %, the 25th and on 25 %, the 50th and on 45 %, each told by a signed webhook', async () => {
  const { body: campaign } = await client.tell('POST', '/v1/codes', { userId: 'till', type: 'campaign', code: 'LEVELS' });
  await signUpAll(campaign.code);
  for (const [index, userId] of names.entries()) {
    const version = index % 2 === 0 ? '2022-11-15' : '2025-03-31.basil';
    const event = new StripeWriter(version, userId, { userId }).invoicePaid(new Date(hours(-1)));
    expect((await sendToWebhook(client.url, SECRET, event))[0]).toBe(200);
  }
  await eventually(async () => {
    const earned = await cashbackOf('till');
    expect(earned.map(({ amount, level, status }) => [amount, level, status])).toEqual(
      names.map((_, index) => (index < 24 ? [99, 1, 'paid'] : index < 49 ? [249, 2, 'paid'] : [449, 3, 'paid'])));
  }, 30_000);
  expect(await client.balance('till', 'EUR')).toEqual({ unit: 'EUR', available: 24 * 99 + 25 * 249 + 2 * 449, held: 0, debt: 0 });
}, 120_000);
