import {
  disputeStates, isRevoked, returnedAmount, returnedAt, type Dispute, type DisputeFact, type RefundFact,
} from '@referrals/domain';
import type { PaymentRow, RefundRow, ReportRow } from './payment-row.js';

const factOf = ({ id, amount, occurred_at: occurredAt }: RefundRow): RefundFact => ({ id, amount, occurredAt: new Date(occurredAt) });
const reportOf = ({ dispute_id: id, status, amount, occurred_at: occurredAt }: ReportRow): DisputeFact => ({ id, status, amount, occurredAt: new Date(occurredAt) });

export const disputesOf = (reports: readonly ReportRow[]): Dispute[] => disputeStates(reports.map(reportOf));

/** What has gone back of an amount by these refunds, and by the disputes that are lost. */
function returnedOf(amount: number, refunds: readonly RefundRow[], lostDisputes: readonly Dispute[]): number {
  return returnedAmount({
    amount,
    refunds: refunds.filter(({ is_cumulative: isCumulative }) => !isCumulative).map(factOf),
    cumulativeSeen: Math.max(0, ...refunds.filter(({ is_cumulative: isCumulative }) => isCumulative).map((refund) => Math.min(amount, refund.amount))),
    lostDisputes,
  });
}

const byTime = (a: RefundRow, b: RefundRow): number => Date.parse(a.occurred_at) - Date.parse(b.occurred_at) || (a.id < b.id ? -1 : 1);

/**
 * Brings a settled payment up to its refunds and disputes, in place; a function of their set. Refunds that were waiting get what they added, in the
 * order of their times.
 * @returns the refunds that were applied now
 */
export function applyReturns(payment: PaymentRow, refunds: readonly RefundRow[], reports: readonly ReportRow[], revocationDays: number): RefundRow[] {
  const disputes = disputesOf(reports);
  const lost = disputes.filter(({ status }) => status === 'lost');
  const open = disputes.filter(({ status }) => status === 'opened');
  const known = refunds.filter((refund) => refund.applied_amount !== null);
  const waiting = refunds.filter((refund) => refund.applied_amount === null).sort(byTime);
  for (const refund of waiting) {
    const before = returnedOf(payment.amount, known, lost);
    known.push(refund);
    refund.applied_amount = returnedOf(payment.amount, known, lost) - before;
  }
  payment.returned = returnedOf(payment.amount, refunds, lost);
  payment.at_stake = returnedOf(payment.amount, refunds, [...lost, ...open]) - payment.returned;
  const at = returnedAt({
    amount: payment.amount, refunds: refunds.filter(({ is_cumulative: isCumulative }) => !isCumulative).map(factOf),
    cumulative: refunds.filter(({ is_cumulative: isCumulative }) => isCumulative).map(factOf), disputes,
  });
  payment.returned_at = at?.toISOString() ?? null;
  payment.is_revoked = isRevoked(new Date(payment.occurred_at), at, revocationDays);
  return waiting;
}
