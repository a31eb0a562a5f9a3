import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { STRIPE_VERSIONS, stripeEventTypes, StripeWriter, type StripeTestEvent } from '@referrals/testing';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';
import { sendToWebhook } from './harness/stripe.js';

const NOW = new Date('2026-04-01T09:00:00.000Z');
const hours = (count: number): string => new Date(NOW.getTime() + count * 3_600_000).toISOString();
const SECRET = 'whsec_of_all_events';
let product: Product;
let client: Client;
beforeAll(async () => {
  product = await startProduct({ variables: { STRIPE_WEBHOOK_SECRET: SECRET } });
  client = product.client;
  await client.setClock(NOW);
}, 60_000);
afterAll(() => product.stop(), 30_000);

const webhook = (event: StripeTestEvent) => sendToWebhook(client.url, SECRET, event);

const HANDLED = [
  'charge.dispute.closed', 'charge.dispute.created', 'charge.refund.updated', 'charge.refunded', 'checkout.session.async_payment_succeeded', 'checkout.session.completed',
  'customer.subscription.created', 'customer.subscription.deleted', 'customer.subscription.updated', 'invoice.paid', 'invoice.payment_failed', 'invoice.payment_succeeded',
  'invoice_payment.paid', 'refund.created', 'refund.updated',
];

/** Objects as Stripe makes them: those of the file that `npm run stripe-fixtures` was given, else our own of every version. */
function objects(): Record<string, unknown>[] {
  const file = process.env['STRIPE_FIXTURES'];
  if (file) return Object.values((JSON.parse(readFileSync(file, 'utf8')) as { resources: Record<string, Record<string, unknown>> }).resources);
  return STRIPE_VERSIONS.flatMap((version) => {
    const stripe = new StripeWriter(version, `all-${version}`);
    const told = [
      stripe.subscription('created', 'trialing', NOW), stripe.invoicePaid(NOW), stripe.invoiceFailed(NOW), stripe.invoicePayment(NOW), stripe.session(NOW),
      stripe.session(NOW, { mode: 'payment' }), stripe.refundedCharge(NOW, { refunded: 5 }), stripe.refund(NOW), stripe.dispute('created', 'needs_response', NOW),
    ];
    return told.map(({ data }) => data.object);
  });
}

describe('an event of Stripe', () => {
  it('is handled or ignored by its name, each type that the SDK knows, whatever object is in it, and none is a fault of ours', async () => {
    const types = stripeEventTypes();
    expect(types.length).toBeGreaterThan(200);
    const known = objects();
    const stripe = new StripeWriter('2025-03-31.basil', 'names');
    const queue = types.flatMap((type, n) => (HANDLED.includes(type) ? known : [known[n % known.length]!, {}]).map((object) => stripe.event(type, NOW, object)));
    const wrong: unknown[] = [];
    let sent = 0;
    await Promise.all(Array.from({ length: 8 }, async () => {
      for (let event = queue.pop(); event; event = queue.pop()) {
        const [status, said] = await webhook(event);
        sent += 1;
        // a duplicate: it was sent again because the product was too busy to answer in time, and had been applied
        const isRight = status === 200 && ['duplicate', HANDLED.includes(event.type) ? 'ok' : 'ignored'].includes(said);
        if (!isRight) wrong.push([event.type, status, said, event.data.object['object']]);
      }
    }));
    console.info(`${sent} events of ${types.length} types with ${known.length} objects: ${wrong.length} not answered with 200 and ok or ignored`);
    expect(wrong).toEqual([]);
    expect(types).toEqual(expect.arrayContaining(HANDLED));
  }, 900_000);
});

describe.each(STRIPE_VERSIONS)('money that Stripe tells of in version %s', (version) => {
  const name = version.replaceAll(/\W/g, '');
  let count = 0;
  /** A referee whose first invoice of 9.99 is paid, and brought the referrer 0.99. */
  async function paid() {
    const [referrer, referee] = [`till-${name}-${(count += 1)}`, `nina-${name}-${count}`];
    expect((await client.tell('POST', '/v1/referrals', { refereeId: referee, code: await client.codeOf(referrer), occurredAt: hours(-48) })).status).toBeLessThan(300);
    await client.tell('POST', '/v1/activity', { id: `use-${referee}`, userId: referee, kind: 'app_used', appId: 'chat', occurredAt: hours(-47) });
    const stripe = new StripeWriter(version, referee, { userId: referee });
    await tell(stripe.session(NOW, { userId: referee }), stripe.invoicePaid(NOW), ...(version.endsWith('basil') ? [stripe.invoicePayment(NOW)] : []));
    await expectCashback(referrer, [99, 0, 0]);
    return { stripe, referrer };
  }
  const tell = async (...events: StripeTestEvent[]): Promise<void> => {
    for (const event of events) expect([event.type, (await webhook(event))[0]]).toEqual([event.type, 200]);
  };
  const expectCashback = (referrer: string, [available, held, debt]: [number, number, number]) =>
    eventually(async () => expect(await client.balance(referrer, 'EUR')).toEqual({ unit: 'EUR', available, held, debt }));

  it('goes back once, though a refund is told by the charge and by itself, in any order', async () => {
    const turns = (stripe: StripeWriter, refunded: number) => [
      stripe.refundedCharge(NOW, { refunded }), stripe.refund(NOW, { amount: refunded }), stripe.refund(NOW, { amount: refunded, kind: 'updated' }), stripe.refund(NOW, { status: 'pending' }),
    ];
    const [part, full] = [await paid(), await paid()];
    await tell(...turns(part.stripe, 333));
    await expectCashback(part.referrer, [66, 0, 0]);
    await tell(...turns(full.stripe, 999).toReversed());
    await expectCashback(full.referrer, [0, 0, 0]);
    const { body } = await client.get(`/v1/users/${full.referrer}/bonuses?limit=50`);
    expect(body.data.find((bonus: { event: string }) => bonus.event === 'cashback')).toMatchObject({ status: 'clawed_back', takenBack: 99 });
  });

  it('is held while it is disputed, released when the dispute is won and taken back when it is lost', async () => {
    const [won, lost] = [await paid(), await paid()];
    for (const { stripe, referrer } of [won, lost]) {
      await tell(stripe.dispute('created', 'needs_response', NOW));
      await expectCashback(referrer, [0, 99, 0]);
    }
    await tell(won.stripe.dispute('closed', 'won', NOW), lost.stripe.dispute('closed', 'lost', NOW), lost.stripe.refund(NOW));
    await expectCashback(won.referrer, [99, 0, 0]);
    await expectCashback(lost.referrer, [0, 0, 0]);
  });
});
