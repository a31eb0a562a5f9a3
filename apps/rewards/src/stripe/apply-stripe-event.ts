import type { Input, Reply, stripe } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { applyPayments } from '../apply-payments.js';
import { reportSubscription } from '../set-subscription.js';
import type { PaymentFact, StripeFact, SubscriptionFact, TranslatedEvent } from './facts.js';
import { applyDisputeFact, applyRefundFact } from './money-facts.js';
import {
  keepEvent, keepReferences, learnCustomer, lockKeys, paymentOf, recordEvent, setCustomers, takeWaiting, userOfCustomer, type WaitingEvent,
} from './stripe.queries.js';
import { translateStripeEvent } from './translate.js';

type Verdict = Reply<typeof stripe.applyStripeEvent>;

/**
 * Applies a signed event once, by its id. What it says goes the way of the host's own facts. An event whose user or payment is not known
 * is kept, and applied when they are.
 */
export async function applyStripeEvent(tx: Transaction, { event }: Input<typeof stripe.applyStripeEvent>): Promise<Outcome<Verdict>> {
  const translated = translateStripeEvent(event, tx.now);
  if (!(await recordEvent(tx, { id: event.id, type: event.type, isHandled: translated !== null }))) return { status: 'duplicate' };
  if (!translated) return { status: 'ignored' };
  await applyAll(tx, [{ id: event.id, facts: translated }]);
  return { status: 'ok' };
}

/** The host says whose customers these are: what waited for them is applied. */
export async function noteCustomers(tx: Transaction, told: { customer: string; userId: string; at: string }[]): Promise<void> {
  if (told.length === 0) return;
  await lockKeys(tx, told.map(({ customer }) => customer));
  const news = await setCustomers(tx, told);
  if (news.length > 0) await applyAll(tx, await takeWaiting(tx, news));
}

/** Each event may make known what others wait for: they follow. */
async function applyAll(tx: Transaction, events: WaitingEvent[]): Promise<void> {
  const queue = [...events];
  for (let next = queue.shift(); next; next = queue.shift()) {
    const known = await applyOne(tx, next);
    if (known.length > 0) queue.push(...(await takeWaiting(tx, known)));
  }
}

const referencesOf = (fact: StripeFact): string[] => ('references' in fact ? fact.references : []);
const isOfUser = (fact: StripeFact): fact is SubscriptionFact | PaymentFact => fact.kind === 'subscription' || fact.kind === 'payment';

/** @returns the keys that are known since */
async function applyOne(tx: Transaction, { id, facts: event }: WaitingEvent): Promise<string[]> {
  const references = event.facts.flatMap(referencesOf);
  await lockKeys(tx, [...references, ...(event.customer ? [event.customer] : [])]);
  const known: string[] = [];
  const userId = await userOf(tx, event, known);
  const waits: { facts: StripeFact[]; keys: Set<string> } = { facts: [], keys: new Set() };
  for (const fact of event.facts) {
    if (isOfUser(fact)) {
      if (userId === null) wait(waits, fact, event.customer ? [event.customer] : []);
      else if (fact.kind === 'payment') known.push(...(await applyPayment(tx, userId, fact)));
      else await applySubscription(tx, userId, fact);
    } else {
      const paymentId = await paymentOf(tx, fact.references);
      if (paymentId === null) wait(waits, fact, fact.references);
      else known.push(...(await applyToPayment(tx, paymentId, fact)));
    }
  }
  if (waits.facts.length > 0) await keepEvent(tx, id, [...waits.keys], { ...event, facts: waits.facts });
  return known;
}

function wait(waits: { facts: StripeFact[]; keys: Set<string> }, fact: StripeFact, keys: string[]): void {
  waits.facts.push(fact);
  for (const key of keys) waits.keys.add(key);
}

/** Our stored customer, else whom the event names. */
async function userOf(tx: Transaction, { customer, userId }: TranslatedEvent, known: string[]): Promise<string | null> {
  const stored = customer ? await userOfCustomer(tx, customer) : null;
  if (stored !== null || userId === null) return stored;
  if (customer && (await learnCustomer(tx, customer, userId))) known.push(customer);
  return userId;
}

const applySubscription = (tx: Transaction, userId: string, { id, plan, status, ...times }: SubscriptionFact): Promise<void> =>
  reportSubscription(tx, {
    userId, source: id, plan, status, isByArrival: false,
    startedAt: new Date(times.startedAt), expiresAt: times.expiresAt ? new Date(times.expiresAt) : null, occurredAt: new Date(times.occurredAt),
  });

/** The same money under another id is no second payment. */
async function applyPayment(tx: Transaction, userId: string, fact: PaymentFact): Promise<string[]> {
  const known = await paymentOf(tx, fact.references);
  if (known === null) {
    const { id, paymentKind: kind, amount, currency, periodDays, occurredAt } = fact;
    const payment = { id, userId, kind, amount, currency, status: 'settled' as const, occurredAt, ...(periodDays && { periodDays }) };
    const [outcome] = await applyPayments(tx, [payment], () => 'stripe');
    // the host told the same id otherwise: theirs stands
    if (outcome instanceof Refusal && outcome.code !== 'id_conflict') throw outcome;
  }
  await keepReferences(tx, known ?? fact.id, fact.references);
  return fact.references;
}

async function applyToPayment(tx: Transaction, paymentId: string, fact: Exclude<StripeFact, SubscriptionFact | PaymentFact>): Promise<string[]> {
  await keepReferences(tx, paymentId, fact.references);
  if (fact.kind === 'refund') await applyRefundFact(tx, paymentId, fact);
  if (fact.kind === 'dispute') await applyDisputeFact(tx, paymentId, fact);
  return fact.references;
}
