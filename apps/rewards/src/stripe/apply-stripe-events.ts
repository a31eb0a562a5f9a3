import type { Input, Reply, stripe } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { applyPayments } from '../apply-payments.js';
import { reportSubscription } from '../set-subscription.js';
import type { PaymentFact, StripeFact, SubscriptionFact } from './facts.js';
import { applyDisputeFact, applyRefundFact } from './money-facts.js';
import {
  keepEvent, keepReferences, learnCustomers, lockKeys, paymentOf, paymentsOf, recordEvents, setCustomers, takeWaiting, usersOfCustomers, type WaitingEvent,
} from './stripe.queries.js';
import { translateStripeEvent } from './translate.js';

type Verdict = Reply<typeof stripe.applyStripeEvent>;

/**
 * Applies signed events, each once, by its id. What they say goes the way of the host's own facts. An event whose user or payment is not known
 * is kept, and applied when they are.
 */
export async function applyStripeEvents(tx: Transaction, requests: Input<typeof stripe.applyStripeEvent>[]): Promise<Outcome<Verdict>[]> {
  const told = requests.map(({ event }) => ({ id: event.id, type: event.type, facts: translateStripeEvent(event, tx.now) }));
  const recorded = await recordEvents(tx, told.map(({ id, type, facts }) => ({ id, type, isHandled: facts !== null })));
  const fresh = new Set(told.filter(({ id }) => recorded.delete(id)));
  await applyAll(tx, [...fresh].flatMap(({ id, facts }) => (facts ? [{ id, facts }] : [])));
  return told.map((event) => ({ status: !fresh.has(event) ? 'duplicate' : event.facts ? 'ok' : 'ignored' }));
}

/** The host says whose customers these are: what waited for them is applied. */
export async function noteCustomers(tx: Transaction, told: { customer: string; userId: string; at: string }[]): Promise<void> {
  if (told.length === 0) return;
  await lockKeys(tx, told.map(({ customer }) => customer));
  const news = await setCustomers(tx, told);
  if (news.length > 0) await applyAll(tx, await takeWaiting(tx, news));
}

/** Those that speak of different things are applied together. Each may make known what others wait for: they follow. */
async function applyAll(tx: Transaction, events: WaitingEvent[]): Promise<void> {
  for (let queue = events; queue.length > 0; ) {
    await lockKeys(tx, queue.flatMap(keysOf));
    const [wave, later] = apart(queue);
    const known = await applyTogether(tx, wave);
    queue = [...later, ...(known.length > 0 ? await takeWaiting(tx, known) : [])];
  }
}

const referencesOf = (fact: StripeFact): string[] => ('references' in fact ? fact.references : []);
const keysOf = ({ facts: { customer, facts } }: WaitingEvent): string[] => [...facts.flatMap(referencesOf), ...(customer ? [customer] : [])];
const isOfUser = (fact: StripeFact): fact is SubscriptionFact | PaymentFact => fact.kind === 'subscription' || fact.kind === 'payment';

/** @returns the events of which none shares a customer or a payment with one before it, and all others in their order */
function apart(events: WaitingEvent[]): [WaitingEvent[], WaitingEvent[]] {
  const taken = new Set<string>();
  const [wave, later]: [WaitingEvent[], WaitingEvent[]] = [[], []];
  for (const event of events) {
    const keys = keysOf(event);
    (keys.some((key) => taken.has(key)) ? later : wave).push(event);
    for (const key of keys) taken.add(key);
  }
  return [wave, later];
}

/** @returns the keys that are known since */
async function applyTogether(tx: Transaction, events: WaitingEvent[]): Promise<string[]> {
  const { users, learned } = await usersOf(tx, events);
  const userOf = (event: WaitingEvent): string | null => users.get(event) ?? null;
  const known = [...learned, ...(await applyPaymentFacts(tx, events, userOf))];
  for (const event of events) known.push(...(await applyOthers(tx, event, userOf(event))));
  return known;
}

/** Our stored customer, else whom the event names. */
async function usersOf(tx: Transaction, events: WaitingEvent[]) {
  const customers = events.flatMap(({ facts: { customer } }) => (customer ? [customer] : []));
  const stored = customers.length > 0 ? await usersOfCustomers(tx, customers) : new Map<string, string>();
  const users = new Map(events.map((event) => [event, stored.get(event.facts.customer ?? '') ?? event.facts.userId]));
  const named = events.flatMap(({ facts: { customer, userId } }) => (customer && userId !== null && !stored.has(customer) ? [{ customer, userId }] : []));
  return { users, learned: named.length > 0 ? await learnCustomers(tx, named) : [] };
}

/** The payments of users that are known. The same money under another id is no second payment. */
async function applyPaymentFacts(tx: Transaction, events: WaitingEvent[], userOf: (event: WaitingEvent) => string | null): Promise<string[]> {
  const told = events.flatMap((event) => event.facts.facts.flatMap((fact) => {
    const userId = userOf(event);
    return fact.kind === 'payment' && userId !== null ? [{ userId, fact }] : [];
  }));
  if (told.length === 0) return [];
  const stored = await paymentsOf(tx, told.flatMap(({ fact }) => fact.references));
  const idOf = ({ references }: PaymentFact): string | undefined => references.flatMap((reference) => stored.get(reference) ?? []).sort()[0];
  const news = told.filter(({ fact }) => idOf(fact) === undefined).map(({ userId, fact }) => {
    const { id, paymentKind: kind, amount, currency, periodDays, occurredAt } = fact;
    return { id, userId, kind, amount, currency, status: 'settled' as const, occurredAt, ...(periodDays && { periodDays }) };
  });
  const outcomes = news.length > 0 ? await applyPayments(tx, news, () => 'stripe') : [];
  // the host told the same id otherwise: theirs stands
  for (const outcome of outcomes) if (outcome instanceof Refusal && outcome.code !== 'id_conflict') throw outcome;
  await keepReferences(tx, told.map(({ fact }) => ({ paymentId: idOf(fact) ?? fact.id, references: fact.references })));
  return told.flatMap(({ fact }) => fact.references);
}

/** All but the payments of known users. What cannot be applied yet is kept until somebody tells whose it is. */
async function applyOthers(tx: Transaction, { id, facts: event }: WaitingEvent, userId: string | null): Promise<string[]> {
  const known: string[] = [];
  const waits: { facts: StripeFact[]; keys: Set<string> } = { facts: [], keys: new Set() };
  for (const fact of event.facts) {
    if (isOfUser(fact)) {
      if (userId === null) wait(waits, fact, event.customer ? [event.customer] : []);
      else if (fact.kind === 'subscription') await applySubscription(tx, userId, fact);
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

const applySubscription = (tx: Transaction, userId: string, { id, plan, status, ...times }: SubscriptionFact): Promise<void> =>
  reportSubscription(tx, {
    userId, source: id, plan, status, isByArrival: false,
    startedAt: new Date(times.startedAt), expiresAt: times.expiresAt ? new Date(times.expiresAt) : null, occurredAt: new Date(times.occurredAt),
  });

async function applyToPayment(tx: Transaction, paymentId: string, fact: Exclude<StripeFact, SubscriptionFact | PaymentFact>): Promise<string[]> {
  await keepReferences(tx, [{ paymentId, references: fact.references }]);
  if (fact.kind === 'refund') await applyRefundFact(tx, paymentId, fact);
  if (fact.kind === 'dispute') await applyDisputeFact(tx, paymentId, fact);
  return fact.references;
}
