import { events, type EventData } from '@referrals/contracts';
import { cashbackLevel, shortName } from '@referrals/domain';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';
import { formatMessage, type Locale, type Notice } from './format-message.js';
import { keepNotices, keepPayments, keepPeople, keepReferrals, lockNotices, takeDueNotices, type DueNotice } from './notices.queries.js';

export type Received<E extends keyof typeof events> = ReceivedEvent<EventData<(typeof events)[E]>>;

export async function noteRegistrations(tx: Transaction, received: Received<'referralRegistered'>[]): Promise<number> {
  await lockNotices(tx);
  await keepReferrals(tx, received.map(({ data }) => data));
  await keepNotices(tx, received.map(({ data }) => (
    { key: `registration:${data.referralId}`, kind: 'registration', refereeId: data.refereeId, paymentId: null, details: {} })));
  return tell(tx, received.map(({ data }) => data.refereeId), []);
}

/** History is no news, but those who paid count for their referrer's level. */
export async function noteImports(tx: Transaction, received: Received<'referralsImported'>[]): Promise<void> {
  await lockNotices(tx);
  await keepReferrals(tx, received.flatMap(({ data }) => data.referrals), { areImported: true });
}

export async function noteTrials(tx: Transaction, received: Received<'trialStarted'>[]): Promise<number> {
  await lockNotices(tx);
  await keepNotices(tx, received.map(({ aggregateId, data }) => (
    { key: `trial:${aggregateId}`, kind: 'trial', refereeId: data.userId, paymentId: null, details: { trialDays: data.periodDays } })));
  return tell(tx, received.map(({ data }) => data.userId), []);
}

export async function notePayments(tx: Transaction, received: Received<'paymentSettled'>[]): Promise<number> {
  await lockNotices(tx);
  await keepPayments(tx, received.map(({ data }) => data));
  return tell(tx, [], received.map(({ data }) => data.paymentId));
}

/** Cashback that was paid, at once or after a hold: each once. */
export async function noteCashback(tx: Transaction, received: (Received<'bonusPaid'> | Received<'bonusReleased'>)[]): Promise<number> {
  const cashback = received.filter(({ data }) => data.event === 'cashback' && data.paymentId);
  if (cashback.length === 0) return 0;
  await lockNotices(tx);
  await keepNotices(tx, cashback.map(({ data }) => (
    { key: `payment:${data.bonusId}`, kind: 'payment', refereeId: null, paymentId: data.paymentId!, details: { cashback: data.amount } })));
  return tell(tx, [], cashback.map(({ data }) => data.paymentId!));
}

export async function notePeople(tx: Transaction, received: Received<'userUpdated'>[]): Promise<void> {
  await keepPeople(tx, received.map(({ data, sequence }) => ({ userId: data.userId, shortName: shortName(data.displayName), locale: data.locale, sequence })));
}

/** Tells what has become complete. @returns how many */
async function tell(tx: Transaction, userIds: string[], paymentIds: string[]): Promise<number> {
  const due = await takeDueNotices(tx, userIds, paymentIds);
  for (const notice of due) tellOne(tx, notice);
  return due.length;
}

function tellOne(tx: Transaction, due: DueNotice): void {
  const locale = localeOf(due.locale, tx.programme.locales);
  const payment = due.payment && { ...due.payment, cashback: due.details.cashback ?? 0 };
  const { level, nextLevelAt } = cashbackLevel(due.paidReferees, tx.programme.cashback.levels);
  const progress = payment && { paidReferees: due.paidReferees, level, nextLevelAt };
  const trialDays = due.details.trialDays ?? null;
  const notice: Notice = { kind: due.kind, name: due.refereeName, trialDays, ...(payment && { payment }), ...(progress && { progress }) };
  tx.emit(events.referrerNotified, {
    aggregateId: uuidv7(), sequence: 1, occurredAt: tx.now,
    data: { userId: due.referrerId, kind: due.kind, locale, ...formatMessage(notice, locale), referralId: due.referralId, refereeId: due.refereeId, payment, trialDays, progress },
  });
}

/** `de-AT` is German; a language that the programme has not is its first. */
function localeOf(told: string | null, locales: readonly Locale[]): Locale {
  const language = told?.slice(0, 2).toLowerCase();
  return locales.find((locale) => locale === language) ?? locales[0]!;
}
