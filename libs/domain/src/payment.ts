import { belongsTo } from './activity.js';
import { byTimeThenId, DAY } from './time.js';

export type PaymentKind = 'topup' | 'purchase' | 'renewal';
export type PaymentStatus = 'settled' | 'failed';

export interface PaymentFact {
  id: string;
  occurredAt: Date;
  status: PaymentStatus;
  /** Returned soon enough to qualify nobody: see `isRevoked`. */
  revoked?: boolean;
}

/** The settled payments that belong to a referral, earliest first, ties by id. */
export function settledPayments<P extends PaymentFact>(payments: Iterable<P>, registeredAt: Date): P[] {
  return [...payments].filter((p) => p.status === 'settled' && belongsTo(p.occurredAt, registeredAt)).sort(byTimeThenId);
}

/** The payment that qualifies: the earliest settled one that is not revoked; null when there is none. */
export function qualifyingPayment<P extends PaymentFact>(payments: Iterable<P>, registeredAt: Date): P | null {
  return settledPayments(payments, registeredAt).find((payment) => !payment.revoked) ?? null;
}

/**
 * Whether a payment is revoked as a qualifying one: returned in full, or a dispute of it lost, within the days of revocation (inclusive).
 * A payment that never came to qualify may be revoked too; that changes nothing until the ones before it are.
 * @param returnedAt see `returnedAt` in returns.ts
 */
export const isRevoked = (occurredAt: Date, returnedAt: Date | null, revocationDays: number): boolean =>
  returnedAt !== null && returnedAt.getTime() <= occurredAt.getTime() + revocationDays * DAY;
