import type { Transaction } from '@referrals/persistence';
import type { BonusRow } from './bonus-row.js';
import { beginMoney } from './money.queries.js';
import { PaymentBooks } from './payment-books.js';

/**
 * Applies payments that came before their referral, once it is known.
 * @param paymentIds as `waitingPayments` answered, in the order of their times
 * @returns the bonuses that were booked
 */
export async function applyWaitingPayments(tx: Transaction, paymentIds: readonly string[]): Promise<BonusRow[]> {
  if (paymentIds.length === 0) return [];
  const books = new PaymentBooks(tx, await beginMoney(tx, paymentIds.map((id) => ({ id, waiting: true as const }))));
  for (const id of paymentIds) books.settle(books.payments.get(id)!, 'refund');
  return books.write();
}
