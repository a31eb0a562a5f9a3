import type { Input, Reply, rewards } from '@referrals/contracts';
import { isInFuture, Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { beginMoney } from './money.queries.js';
import { PaymentBooks } from './payment-books.js';
import { disputesOf } from './payment-returns.js';
import type { RefundRow, ReportRow } from './payment-row.js';

export type RefundRequest = Input<typeof rewards.applyRefund>;
export type RefundReply = Reply<typeof rewards.applyRefund>;
export type DisputeRequest = Input<typeof rewards.applyDispute>;
export type DisputeReply = Reply<typeof rewards.applyDispute>;

/** Stores refunds, each once by its id, and takes back what they took from bonuses. Before its payment a refund waits. */
export async function applyRefunds(tx: Transaction, requests: readonly RefundRequest[]): Promise<Outcome<RefundReply>[]> {
  const items = requests.map(({ paymentId }) => ({ id: paymentId }));
  const books = new PaymentBooks(tx, await beginMoney(tx, items, { refundIds: requests.map(({ id }) => id) }));
  const outcomes = requests.map((request): Outcome<RefundReply> => {
    if (isAhead(tx, request)) return new Refusal('occurred_in_future');
    const known = books.refunds.get(request.id);
    if (known && !isSameRefund(known, request)) return new Refusal('id_conflict');
    const refund = known ?? refundOf(request, tx.now);
    if (!known) books.putRefund(refund);
    return {
      outcome: known ? 'duplicate' : 'applied', refundId: refund.id, paymentId: refund.payment_id, appliedAmount: refund.applied_amount,
      returnedAmount: refund.applied_amount === null ? null : books.payments.get(refund.payment_id)!.returned,
    };
  });
  await books.write();
  return outcomes;
}

/** Stores what is reported of disputes: opened they hold, won they release, lost they take back. */
export async function applyDisputes(tx: Transaction, requests: readonly DisputeRequest[]): Promise<Outcome<DisputeReply>[]> {
  const items = requests.map(({ paymentId }) => ({ id: paymentId }));
  const books = new PaymentBooks(tx, await beginMoney(tx, items, { disputeIds: requests.map(({ id }) => id) }));
  const outcomes = requests.map((request): Outcome<DisputeReply> => {
    if (isAhead(tx, request)) return new Refusal('occurred_in_future');
    const told = books.reports.filter((report) => report.dispute_id === request.id);
    if (told.some((report) => report.payment_id !== request.paymentId)) return new Refusal('id_conflict');
    const same = told.find((report) => report.status === request.status && isAt(report, request));
    if (same && same.amount !== (request.amount ?? null)) return new Refusal('id_conflict');
    if (!same) books.putReport(reportOf(request, tx.now));
    const dispute = disputesOf(books.reports.filter((report) => report.dispute_id === request.id))[0]!;
    const payment = books.payments.get(request.paymentId);
    return {
      outcome: same ? 'duplicate' : 'applied', disputeId: request.id, paymentId: request.paymentId, status: dispute.status,
      returnedAmount: payment?.status === 'settled' ? payment.returned : null,
    };
  });
  await books.write();
  return outcomes;
}

const isAhead = ({ now, programme }: Transaction, { occurredAt }: { occurredAt?: string | undefined }): boolean =>
  occurredAt !== undefined && isInFuture(new Date(occurredAt), now, programme.stages.futureToleranceMinutes);

/** A time that was not given is no difference: arrival had stood in for it. */
const isAt = (known: { occurred_at: string }, { occurredAt }: { occurredAt?: string | undefined }): boolean =>
  occurredAt === undefined || Date.parse(known.occurred_at) === Date.parse(occurredAt);

const isSameRefund = (known: RefundRow, request: RefundRequest): boolean =>
  known.payment_id === request.paymentId && known.amount === request.amount && known.is_cumulative === (request.cumulative ?? false) && isAt(known, request);

const refundOf = ({ id, paymentId, amount, cumulative, occurredAt }: RefundRequest, now: Date): RefundRow => ({
  id, payment_id: paymentId, amount, is_cumulative: cumulative ?? false, occurred_at: (occurredAt ? new Date(occurredAt) : now).toISOString(),
  applied_amount: null, created_at: now.toISOString(),
});

const reportOf = ({ id, paymentId, status, amount, occurredAt }: DisputeRequest, now: Date): ReportRow => ({
  dispute_id: id, payment_id: paymentId, status, amount: amount ?? null, occurred_at: (occurredAt ? new Date(occurredAt) : now).toISOString(),
  created_at: now.toISOString(),
});
