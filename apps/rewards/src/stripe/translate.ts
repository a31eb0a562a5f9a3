import { DAY } from '@referrals/domain';
import { translateDispute, translateInvoicePayment, translateRefund, translateRefundedCharge } from './translate-returns.js';
import { amountIn, idAt, instantAt, integerAt, listAt, objectAt, textAt, userIdAt, type Payload } from './payload.js';
import type { PaymentFact, StripeFact, SubscriptionFact, TranslatedEvent } from './facts.js';

/** The object of an event, and when the event was made. */
export interface Told {
  object: Payload;
  at: Date;
}

type Translation = (told: Told) => TranslatedEvent;

const subscriptionTold = (told: Told): TranslatedEvent => about(told, subscriptionFact(told, null));

/** Every type that is handled; all others are ignored. */
const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  'customer.subscription.created': subscriptionTold,
  'customer.subscription.updated': subscriptionTold,
  'customer.subscription.deleted': (told) => about(told, subscriptionFact(told, 'canceled')),
  'checkout.session.completed': translateSession,
  'checkout.session.async_payment_succeeded': translateSession,
  'invoice.paid': translateInvoice,
  'invoice.payment_succeeded': translateInvoice,
  // a payment that failed moves nothing; the subscription's own event says what became of it
  'invoice.payment_failed': (told) => ({ ...about(told, null), userId: userOfInvoice(told.object) }),
  'invoice_payment.paid': translateInvoicePayment,
  'charge.refunded': translateRefundedCharge,
  'refund.created': translateRefund,
  'refund.updated': translateRefund,
  'charge.refund.updated': translateRefund,
  'charge.dispute.created': (told) => translateDispute(told, true),
  'charge.dispute.closed': (told) => translateDispute(told, false),
};

/**
 * What an event says, whatever API version wrote it. Null for types that are not handled, and for events without an object.
 * @param now stands in for a time that is missing, and for one that is ahead
 */
export function translateStripeEvent(event: Payload, now: Date): TranslatedEvent | null {
  const object = objectAt(event, 'data', 'object');
  const type = textAt(event, 'type') ?? '';
  const translation = Object.hasOwn(TRANSLATIONS, type) ? TRANSLATIONS[type] : undefined;
  if (!object || !translation) return null;
  return translation({ object, at: notAfter(instantAt(event, 'created') ?? now, now) });
}

const notAfter = (at: Date, now: Date): Date => (at.getTime() > now.getTime() ? now : at);

const about = ({ object }: Told, fact: StripeFact | null): TranslatedEvent => ({
  customer: idAt(object, 'customer'), userId: userIdAt(objectAt(object, 'metadata'), 'userId'), facts: fact ? [fact] : [],
});

/** `incomplete`, where nothing was paid yet, is no subscription. */
const STATUSES: Readonly<Record<string, SubscriptionFact['status']>> = {
  trialing: 'trialing', active: 'active', past_due: 'past_due', canceled: 'canceled', unpaid: 'unpaid', incomplete_expired: 'canceled', paused: 'unpaid',
};

function subscriptionFact({ object, at }: Told, ended: 'canceled' | null): SubscriptionFact | null {
  const id = textAt(object, 'id');
  const status = ended ?? STATUSES[textAt(object, 'status') ?? ''];
  if (id === null || status === undefined) return null;
  const [item] = listAt(object, 'items');
  const price = objectAt(item ?? null, 'price');
  const plan = textAt(price, 'lookup_key') ?? textAt(price, 'id') ?? idAt(item ?? null, 'plan') ?? idAt(object, 'plan');
  const end = instantAt(object, 'current_period_end') ?? instantAt(item ?? null, 'current_period_end') ?? instantAt(object, 'trial_end');
  const expiresAt = status === 'canceled' ? (instantAt(object, 'ended_at') ?? at) : end;
  return {
    kind: 'subscription', id, plan, status, expiresAt: expiresAt?.toISOString() ?? null, occurredAt: at.toISOString(),
    startedAt: (instantAt(object, 'start_date') ?? instantAt(object, 'created') ?? at).toISOString(),
  };
}

const present = (...ids: (string | null)[]): string[] => [...new Set(ids.filter((id) => id !== null))];

const kindIn = (object: Payload): PaymentFact['paymentKind'] => {
  const kind = textAt(objectAt(object, 'metadata'), 'kind');
  return kind === 'topup' || kind === 'renewal' ? kind : 'purchase';
};

/** A session that sold a subscription is told again by its invoice: only a payment of its own is money here. */
function translateSession(told: Told): TranslatedEvent {
  const { object, at } = told;
  const { customer, userId } = about(told, null);
  const references = present(idAt(object, 'invoice'), idAt(object, 'payment_intent'), textAt(object, 'id'));
  const isPaid = textAt(object, 'mode') !== 'subscription' && textAt(object, 'payment_status') === 'paid';
  const payment = isPaid ? paymentFact(object, { references, amount: integerAt(object, 'amount_total'), at, kind: kindIn(object), periodDays: null }) : null;
  return { customer, userId: userIdAt(object, 'client_reference_id') ?? userId, facts: payment ? [payment] : [] };
}

function translateInvoice(told: Told): TranslatedEvent {
  const { object, at } = told;
  const payments = listAt(object, 'payments').map((payment) => objectAt(payment, 'payment'));
  const references = present(
    textAt(object, 'id'), idAt(object, 'payment_intent'), idAt(object, 'charge'), ...payments.flatMap((one) => [idAt(one, 'payment_intent'), idAt(one, 'charge')]),
  );
  const paidAt = instantAt(objectAt(object, 'status_transitions'), 'paid_at') ?? at;
  const payment = paymentFact(object, {
    references, amount: integerAt(object, 'amount_paid'), at: notAfter(paidAt, at), kind: invoiceKind(object), periodDays: periodOf(object),
  });
  return { customer: idAt(object, 'customer'), userId: userOfInvoice(object), facts: payment ? [payment] : [] };
}

/** Since the version `basil` an invoice has a parent, and the subscription's metadata stand there. */
const userOfInvoice = (object: Payload): string | null =>
  [
    objectAt(object, 'metadata'), objectAt(object, 'parent', 'subscription_details', 'metadata'), objectAt(object, 'subscription_details', 'metadata'),
    objectAt(object, 'subscription', 'metadata'), ...listAt(object, 'lines').map((line) => objectAt(line, 'metadata')),
  ].map((metadata) => userIdAt(metadata, 'userId')).find((userId) => userId !== null) ?? null;

function invoiceKind(object: Payload): PaymentFact['paymentKind'] {
  const reason = textAt(object, 'billing_reason') ?? '';
  return reason.startsWith('subscription') && reason !== 'subscription_create' ? 'renewal' : kindIn(object);
}

function periodOf(object: Payload): number | null {
  const days = listAt(object, 'lines').map((line) => {
    const period = objectAt(line, 'period');
    return Math.round(((instantAt(period, 'end')?.getTime() ?? 0) - (instantAt(period, 'start')?.getTime() ?? 0)) / DAY);
  });
  const longest = Math.max(0, ...days);
  return longest >= 1 && longest <= 3_660 ? longest : null;
}

function paymentFact(object: Payload, told: {
  references: string[]; amount: number | null; at: Date; kind: PaymentFact['paymentKind']; periodDays: number | null;
}): PaymentFact | null {
  const { references, at, kind, periodDays } = told;
  const currency = (textAt(object, 'currency') ?? '').toUpperCase();
  const amount = amountIn(currency, told.amount);
  const [id] = references;
  if (id === undefined || amount === null || amount === 0) return null;
  return { kind: 'payment', id, references, paymentKind: kind, amount, currency, periodDays, occurredAt: at.toISOString() };
}
