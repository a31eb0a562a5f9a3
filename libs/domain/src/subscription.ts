import { belongsTo } from './activity.js';
import { settledPayments, type PaymentFact, type PaymentKind } from './payment.js';
import { isBefore } from './time.js';

export type SubscriptionStatus = 'trialing' | 'active' | 'past_due' | 'canceled' | 'unpaid';

export interface Subscription {
  /** Null: the host or Stripe named none; it counts as paid. */
  plan: string | null;
  status: SubscriptionStatus;
  startedAt: Date;
  expiresAt: Date | null;
}

export const isPaidPlan = (plan: string | null, freePlans: readonly string[]): boolean => plan === null || !freePlans.includes(plan);

const hasNotExpired = (subscription: Subscription, now: Date) => subscription.expiresAt === null || isBefore(now, subscription.expiresAt);

/** A paid plan, active or past due, not expired: what batch rewards ask for. */
export const isPaying = (subscription: Subscription, freePlans: readonly string[], now: Date): boolean =>
  isPaidPlan(subscription.plan, freePlans) &&
  (subscription.status === 'active' || subscription.status === 'past_due') &&
  hasNotExpired(subscription, now);

/** Whether a subscription opens paid access: a paying one, and a trial of a paid plan while it runs. */
export const opensAccess = (subscription: Subscription, freePlans: readonly string[], now: Date): boolean =>
  isPaying(subscription, freePlans, now) ||
  (subscription.status === 'trialing' && isPaidPlan(subscription.plan, freePlans) && hasNotExpired(subscription, now));

export interface PaidTransition {
  at: Date;
  source: 'payment' | 'subscription';
  /** The payment that the days belong to; null while a subscription came first and nothing was paid for it yet. */
  paymentId: string | null;
}

/**
 * The referee's first paid transition: the first settled purchase or renewal, or the first paid plan in status `active`, whichever comes
 * first (the payment, at the same instant). A top-up is none. After a revocation it is the next purchase or renewal.
 * @param activeSince when subscriptions to paid plans were reported `active`, in any order
 */
export function paidTransition(facts: {
  registeredAt: Date;
  payments: Iterable<PaymentFact & { kind: PaymentKind }>;
  activeSince: Iterable<Date>;
}): PaidTransition | null {
  const payments = settledPayments(facts.payments, facts.registeredAt).filter((payment) => payment.kind !== 'topup');
  const payment = payments.find((candidate) => !candidate.revoked);
  // The subscription's days belonged to its first payment: with that one revoked they are not granted again for the subscription.
  const subscribed = payments[0]?.revoked ? [] : [...facts.activeSince].filter((at) => belongsTo(at, facts.registeredAt));
  const since = subscribed.sort((a, b) => a.getTime() - b.getTime())[0];
  if (since && (!payment || isBefore(since, payment.occurredAt))) return { at: since, source: 'subscription', paymentId: payment?.id ?? null };
  return payment ? { at: payment.occurredAt, source: 'payment', paymentId: payment.id } : null;
}
