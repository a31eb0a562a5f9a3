import { Refusal } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import type { DisputeFact, RefundFact } from './facts.js';

/** A refund of a payment that is known under our id. Nothing applies refunds yet: refused, so that Stripe tells it again. */
export function applyRefundFact(_tx: Transaction, _paymentId: string, _fact: RefundFact): Promise<void> {
  return Promise.reject(new Refusal('unavailable'));
}

/** The same for disputes. */
export function applyDisputeFact(_tx: Transaction, _paymentId: string, _fact: DisputeFact): Promise<void> {
  return Promise.reject(new Refusal('unavailable'));
}
