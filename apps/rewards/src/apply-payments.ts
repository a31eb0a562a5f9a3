import { events, type Input, type Reply, type rewards } from '@referrals/contracts';
import { isCurrency, isInFuture, Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { grantDays } from './grant-days.js';
import { beginPayments, settlePayments, type PaymentRow } from './payment.queries.js';

export type PaymentRequest = Input<typeof rewards.applyPayment>;
export type PaymentReply = Reply<typeof rewards.applyPayment>;

/**
 * Stores payments, each once by the host's id, and tells the settled ones. A failed one is kept and changes nothing else;
 * it may settle later. Whether a referral is known makes no difference.
 */
export async function applyPayments(tx: Transaction, requests: readonly PaymentRequest[]): Promise<Outcome<PaymentReply>[]> {
  const refusals = requests.map((request) => refusalOf(request, tx));
  const accepted = requests.filter((_, index) => !refusals[index]);
  const firsts = new Map(accepted.toReversed().map((request) => [request.id, rowOf(request, tx.now)]));
  const stored = firsts.size > 0 ? await beginPayments(tx, [...firsts.values()]) : [];
  const known = new Map(stored.filter(({ isFresh }) => !isFresh).map(({ payment }) => [payment.id, payment]));
  const settled = new Map<string, PaymentRow>();
  const payers: string[] = [];

  const outcomes = requests.map((request, index) => {
    const refusal = refusals[index];
    if (refusal) return refusal;
    const before = known.get(request.id);
    const next = before ? afterwards(before, request, tx.now) : firsts.get(request.id)!;
    if (next === 'id_conflict') return new Refusal(next);
    if (next === 'duplicate') return { outcome: next, paymentId: request.id };
    known.set(request.id, next);
    if (next.status === 'settled') tell(tx, next);
    if (next.status === 'settled' && next.kind !== 'topup') payers.push(next.user_id);
    if (before) settled.set(next.id, next);
    return { outcome: 'applied' as const, paymentId: request.id };
  });
  if (settled.size > 0) await settlePayments(tx, [...settled.values()]);
  await grantDays(tx, payers);
  return outcomes;
}

function refusalOf({ currency, occurredAt }: PaymentRequest, { now, programme }: Transaction): Refusal | null {
  if (!isCurrency(currency)) return new Refusal('unknown_currency');
  const isAhead = occurredAt !== undefined && isInFuture(new Date(occurredAt), now, programme.stages.futureToleranceMinutes);
  return isAhead ? new Refusal('occurred_in_future') : null;
}

function rowOf({ id, userId, kind, amount, currency, status, periodDays, occurredAt }: PaymentRequest, now: Date): PaymentRow {
  const occurred = (occurredAt ? new Date(occurredAt) : now).toISOString();
  return {
    id, user_id: userId, kind, amount, currency, status, period_days: periodDays ?? null,
    occurred_at: occurred, failed_at: status === 'failed' ? occurred : null, created_at: now.toISOString(),
  };
}

/** What a second report of an id makes of a payment. A time that was not given is no difference: arrival had stood in for it. */
function afterwards(known: PaymentRow, request: PaymentRequest, now: Date): PaymentRow | 'duplicate' | 'id_conflict' {
  const told = rowOf(request, now);
  const isSame = (['user_id', 'kind', 'amount', 'currency', 'period_days'] as const).every((field) => known[field] === told[field]);
  const isAt = (time: string | null): boolean => time !== null && (request.occurredAt === undefined || Date.parse(time) === Date.parse(told.occurred_at));
  if (!isSame) return 'id_conflict';
  if (told.status === 'failed') return isAt(known.failed_at) ? 'duplicate' : 'id_conflict';
  if (known.status === 'settled') return isAt(known.occurred_at) ? 'duplicate' : 'id_conflict';
  return { ...known, status: 'settled', occurred_at: told.occurred_at };
}

function tell(tx: Transaction, payment: PaymentRow): void {
  const { id: paymentId, user_id: userId, kind, amount, currency, period_days: periodDays, occurred_at: occurredAt } = payment;
  tx.emit(events.paymentSettled, {
    aggregateId: paymentId, sequence: 1, occurredAt: new Date(occurredAt),
    data: { paymentId, userId, kind, amount, currency, periodDays, occurredAt },
  });
}
