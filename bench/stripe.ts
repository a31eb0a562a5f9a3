import Stripe from 'stripe';
import { introduce, perSecond, report } from './harness/report.js';
import type { Request } from './harness/http.js';
import { httpLoad, sqlLoad } from './harness/load.js';
import { bestOf, inTurns } from './harness/measure.js';
import { numbers } from './harness/options.js';
import { freshUser } from './harness/registrations.js';
import { Stage, STRIPE_SECRET } from './harness/stage.js';
import { prepareStripe, stripeCalls } from './limits/stripe.js';

/** Signed events of paid invoices, delivered for the first time beside one SQL call that does the same, and then delivered again. */
const { connections, seconds, rounds } = numbers({ connections: 64, seconds: 5, rounds: 3 });

function invoice(): Request {
  const user = freshUser();
  const at = Math.floor(Date.now() / 1_000);
  const line = { id: `il_${user}`, object: 'line_item', amount: 999, currency: 'eur', metadata: {}, period: { start: at, end: at + 30 * 86_400 } };
  const body = JSON.stringify({
    id: `evt_${user}`, object: 'event', api_version: '2022-11-15', created: at, type: 'invoice.paid', livemode: false, pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    data: { object: {
      id: `in_${user}`, object: 'invoice', customer: `cus_${user}`, amount_due: 999, amount_paid: 999, currency: 'eur', billing_reason: 'subscription_create',
      status: 'paid', created: at, metadata: { userId: user }, status_transitions: { paid_at: at, finalized_at: at }, lines: { object: 'list', data: [line] },
      subscription: `sub_${user}`, payment_intent: `pi_${user}`, charge: `ch_${user}`, paid: true,
    } },
  });
  return { path: '/v1/webhooks/stripe', body, headers: { 'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload: body, secret: STRIPE_SECRET }) } };
}

await Stage.with(async (stage) => {
  introduce(`signed Stripe events over ${connections} connections`, 'client, PostgreSQL, NATS and the processes of the product');
  const product = await stage.product();
  const limit = await stage.database('limit_stripe');
  await prepareStripe(limit.owner);
  let delivered: Request[] = [];
  // signed beforehand: signing is Stripe's work
  const ahead: Request[] = [];
  const deliver = async (request: () => Request, accepted?: (request: Request) => void): Promise<number> => {
    const result = await httpLoad({ urls: [product.url], clients: connections, seconds, request, ...(accepted && { accepted }) });
    if (result.refused > 0) console.log(`  ${result.refused} of ${result.accepted} deliveries were refused: ${result.refusals}`);
    return result.perSecond;
  };
  const callsBy = (clients: number) => async () => (await sqlLoad({ url: limit.url, clients, seconds, ...stripeCalls() })).perSecond;
  const medians = await inTurns(rounds, {
    'call 8': callsBy(8), 'call 16': callsBy(16), 'call 32': callsBy(32),
    first: () => {
      while (ahead.length < 6_000 * seconds) ahead.push(invoice());
      delivered = [];
      return deliver(() => ahead.pop() ?? invoice(), (request) => delivered.push(request));
    },
    replay: () => {
      let turn = 0;
      return deliver(() => delivered[(turn += 1) % delivered.length]!);
    },
  });
  const best = bestOf(medians, 'call');
  report({
    line: 'Stripe webhook, first delivery', product: perSecond(medians.first), limit: `${perSecond(best.value)} (one SQL call, ${best.name.slice(5)} clients)`,
    ratio: medians.first / best.value, goal: { atLeast: 0.5 },
  });
  report({
    line: 'Stripe webhook, replay', product: perSecond(medians.replay), limit: `${perSecond(medians.first)} (first delivery)`,
    ratio: medians.replay / medians.first, goal: { atLeast: 2 },
  });
});
