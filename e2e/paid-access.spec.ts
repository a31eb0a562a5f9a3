import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { STRIPE_VERSIONS, StripeWriter, type StripeTestEvent } from '@referrals/testing';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';
import { sendToWebhook } from './harness/stripe.js';

const NOW = new Date('2026-04-01T09:00:00.000Z');
const day = (days: number): string => new Date(NOW.getTime() + days * 86_400_000).toISOString();
const SECRET = 'whsec_of_the_stories';
let product: Product;
let client: Client;
beforeAll(async () => {
  product = await startProduct({ twice: true, variables: { STRIPE_WEBHOOK_SECRET: `whsec_of_last_year,${SECRET}` } });
  client = product.client;
  await client.setClock(NOW);
}, 60_000);
afterAll(() => product.stop(), 30_000);

const webhook = (event: StripeTestEvent) => sendToWebhook(client.url, SECRET, event);
const signUp = async (referrer: string, referee: string) => {
  const { status } = await client.post('/v1/referrals', { refereeId: referee, code: await client.codeOf(referrer) });
  expect(status).toBe(201);
};
const access = async (user: string) => (await client.get(`/v1/users/${user}/access`)).body;
const days = (user: string, daysRemaining: number) => eventually(async () => expect(await access(user)).toMatchObject({ daysRemaining }));
const quiet = () => eventually(async () => {
  const { rows } = await product.owner.query(`select (select count(*) from rewards.outbox_unsent) + (select count(*) from relationships.outbox_unsent)
    + (select count(*) from fraud.outbox_unsent) as unsent`);
  expect(Number(rows[0].unsent)).toBe(0);
});

describe('a first active subscription by signed webhook', () => {
  it('gives both parties 45 days; replay and renewal change nothing', async () => {
    await signUp('anna', 'ben');
    const stripe = new StripeWriter('2025-03-31.basil', 'ben', { userId: 'ben' });
    const created = stripe.subscription('created', 'active', NOW);
    expect((await client.get('/v1/users/ben/access/check')).status).toBe(402);
    expect(await webhook(created)).toEqual([200, 'ok']);
    await days('anna', 45);
    await days('ben', 45);
    expect(await access('anna')).toMatchObject({ active: true, source: 'credit', expiresAt: day(45) });
    expect(await access('ben')).toMatchObject({ active: true, source: 'subscription' });
    expect((await client.get('/v1/users/ben/access/check')).status).toBe(204);
    expect(await webhook(created)).toEqual([200, 'duplicate']);
    expect(await webhook(stripe.invoicePaid(NOW))).toEqual([200, 'ok']);
    await client.setClock(day(30));
    expect(await webhook(stripe.subscription('updated', 'active', new Date(day(30))))).toEqual([200, 'ok']);
    expect(await webhook(stripe.invoicePaid(new Date(day(30)), { number: 2, reason: 'subscription_cycle' }))).toEqual([200, 'ok']);
    await quiet();
    expect((await access('anna')).expiresAt).toBe(day(45));
    await days('ben', 15);
    await client.setClock(NOW);
  });

  it('stacks on 30 days of existing credit to 75', async () => {
    expect((await client.post('/v1/users/carl/access-grants', { id: 'gift-of-30', days: 30, reason: 'an apology' })).body).toMatchObject({ daysRemaining: 30 });
    await signUp('carl', 'dora');
    await webhook(new StripeWriter('2022-11-15', 'dora', { userId: 'dora' }).subscription('created', 'active', NOW));
    await days('carl', 75);
    expect((await access('carl')).expiresAt).toBe(day(75));
    expect((await client.call('DELETE', '/v1/users/carl/access-grants')).body).toMatchObject({ active: false, daysRemaining: 0 });
  });

  it('credits the referee of a referrer who was deleted', async () => {
    await signUp('gone', 'emil');
    expect((await client.call('DELETE', '/v1/users/gone')).status).toBe(202);
    await eventually(async () => {
      const { rows } = await product.owner.query<{ erased: string; finished_at: Date | null }>(
        `select referrer_id as erased, (select finished_at from scheduler.erasure) from rewards.referral where referee_id = 'emil'`);
      expect(rows).toEqual([{ erased: expect.stringMatching(/^erased:/), finished_at: expect.any(Date) }]);
    }, 20_000);
    const { referrerId: erased } = (await client.get('/v1/users/emil/referral')).body;
    await webhook(new StripeWriter('2019-12-03', 'emil', { userId: 'emil' }).subscription('created', 'active', NOW));
    await days('emil', 45);
    expect(await product.owner.query('select 1 from rewards.access_grant where user_id = $1', [erased])).toMatchObject({ rowCount: 0 });
  });
});

it('a trial within seconds of the registration activates, and pays no cashback and no days', async () => {
  await signUp('fred', 'gina');
  expect((await client.put('/v1/users/gina/subscription', { plan: 'pro', status: 'trialing', startedAt: day(0), expiresAt: day(14) })).status).toBe(200);
  await eventually(async () => expect((await client.get('/v1/users/gina/referral')).body).toMatchObject({ stage: 'activated', activatedAt: day(0), qualifiedAt: null }));
  await quiet();
  await eventually(async () => expect((await client.get('/v1/users/fred/balances')).body.balances).toEqual([{ unit: 'credits', available: 15, held: 0, debt: 0 }]));
  expect(await access('fred')).toMatchObject({ daysRemaining: 0 });
});

describe.each(STRIPE_VERSIONS)('events of version %s', (version) => {
  it('are handled or ignored by name, before the customer is known and after, and none is a fault of ours', async () => {
    const name = `v${version.replaceAll(/\W/g, '')}`;
    const stripe = new StripeWriter(version, name);
    const early = [
      stripe.refund(NOW), stripe.refundedCharge(NOW, { refunded: 400 }), stripe.dispute('created', 'needs_response', NOW), stripe.dispute('closed', 'won', NOW),
      stripe.subscription('created', 'incomplete', NOW), stripe.subscription('updated', 'active', NOW), stripe.invoiceFailed(NOW),
    ];
    for (const event of early) expect([event.type, ...(await webhook(event))]).toEqual([event.type, 200, 'ok']);
    expect(await webhook(stripe.event('customer.created', NOW, { id: stripe.id('cus'), object: 'customer', email: 'canary@stripe.example' }))).toEqual([200, 'ignored']);
    expect(await access(name)).toMatchObject({ active: false });
    await client.put(`/v1/users/${name}`, { stripeCustomerId: stripe.id('cus') });
    await eventually(async () => expect(await access(name)).toMatchObject({ active: true, source: 'subscription' }));
    for (const event of [stripe.subscription('updated', 'past_due', NOW), stripe.session(NOW), stripe.subscription('deleted', 'canceled', NOW)]) {
      expect([event.type, ...(await webhook(event))]).toEqual([event.type, 200, 'ok']);
    }
    await eventually(async () => expect(await access(name)).toMatchObject({ active: false }));
  });
});
