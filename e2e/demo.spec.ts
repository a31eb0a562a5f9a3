import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReferralsClient } from '@referrals/client';
import { FLATMATE, NEIGHBOUR, openQuiet, planOf, seed, type Plan } from '@rooms/demo';
import type { Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

const DAY = 86_400_000;
const END = Date.parse('2026-04-20T12:00:00.000Z');

/** A few days of it: `npm run demo` lives through ninety. */
describe('the made-up programme', () => {
  let product: Product;
  let client: Client;
  let plan: Plan;
  let refused: number;
  beforeAll(async () => {
    product = await startProduct({ variables: { RATE_LIMIT_CLIENT: '0' } });
    client = product.client;
    plan = planOf(END, { days: 4, referrers: 4, perDay: 3 });
    const quiet = await openQuiet(product.servers.nats.url, product.servers.folder);
    refused = await seed(plan, { client: new ReferralsClient({ url: client.url, key: product.adminKey }), quiet });
    await quiet.close();
  }, 120_000);
  afterAll(() => product.stop(), 30_000);

  it('is lived through with next to no refusal, and the same every time', () => {
    expect(refused).toBeLessThan(plan.facts.length / 20);
    expect(planOf(END, { days: 4, referrers: 4, perDay: 3 })).toEqual(plan);
  });

  it('ends with bonuses that time alone will release within two days', async () => {
    const [referral] = (await client.get(`/v1/users/${plan.referrers[0]}/referrals?limit=100`)).body.data.filter(({ refereeId }: { refereeId: string }) => refereeId === NEIGHBOUR);
    const { data } = (await client.get(`/v1/users/${plan.referrers[0]}/bonuses?referralId=${referral.id}`)).body;
    expect(data.length).toBeGreaterThan(0);
    for (const { status, holdReason, holdUntil } of data) {
      expect([status, holdReason]).toEqual(['held', 'score']);
      expect(Date.parse(holdUntil)).toBeGreaterThan(END);
      expect(Date.parse(holdUntil)).toBeLessThanOrEqual(END + 2 * DAY);
    }
  });

  it('ends with a review that waits for a person', async () => {
    const { data } = (await client.get('/v1/reviews?status=pending&limit=100')).body;
    expect(data).toContainEqual(expect.objectContaining({ refereeId: FLATMATE, referrerId: plan.referrers[0], score: 80 }));
  });

  it('leaves a clock that runs', async () => {
    const { rows } = await product.owner.query<{ running: boolean }>('select running from common.test_clock');
    expect(rows).toEqual([{ running: true }]);
  });
});
