import type { Input, Reply, rewards } from '@referrals/contracts';
import { isCurrency, isInFuture, Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { grantDays } from './grant-days.js';
import { beginMoney } from './money.queries.js';
import { PaymentBooks } from './payment-books.js';
import type { PaymentRow } from './payment-row.js';

export type PaymentRequest = Input<typeof rewards.applyPayment>;
export type PaymentReply = Reply<typeof rewards.applyPayment>;

/**
 * Stores payments, each once by the host's id, tells the settled ones, and books their cashback. A failed one is kept and changes nothing else;
 * it may settle later. Without a referral a payment waits for one: see `apply-waiting-payments.ts`.
 */
export async function applyPayments(tx: Transaction, requests: readonly PaymentRequest[], actorOf: (index: number) => string = () => 'a host on NATS'): Promise<Outcome<PaymentReply>[]> {
  const refusals = requests.map((request) => refusalOf(request, tx));
  const accepted = requests.filter((_, index) => !refusals[index]);
  if (accepted.length === 0) return refusals.map((refusal) => refusal!);
  const payers: string[] = [];
  const books = new PaymentBooks(tx, await beginMoney(tx, accepted.map(({ id, userId, currency }) => ({ id, userId, currency }))));

  const outcomes = requests.map((request, index): Outcome<PaymentReply> => {
    const refusal = refusals[index];
    if (refusal) return refusal;
    const before = books.payments.get(request.id);
    const next = before ? afterwards(before, request, tx.now) : rowOf(request, tx.now);
    if (next === 'id_conflict') return new Refusal(next);
    if (next === 'duplicate') return { outcome: next, paymentId: request.id };
    books.putPayment(next, actorOf(index));
    if (next.status === 'settled' && next.kind !== 'topup') payers.push(next.user_id);
    return { outcome: 'applied', paymentId: request.id };
  });
  await books.write();
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
    referral_id: null, returned: 0, at_stake: 0, returned_at: null, is_revoked: false, sequence: 1,
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
