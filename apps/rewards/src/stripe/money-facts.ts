import { Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { applyDisputes, applyRefunds } from '../apply-returns.js';
import type { DisputeFact, RefundFact } from './facts.js';

/** A refund of a payment that is known under our id goes the way of the host's own. */
export async function applyRefundFact(tx: Transaction, paymentId: string, { id, amount, occurredAt, isCumulative }: RefundFact): Promise<void> {
  check(await applyRefunds(tx, [{ id, paymentId, amount, occurredAt, cumulative: isCumulative }]));
}

/** The same for disputes; one of the whole payment names no amount. */
export async function applyDisputeFact(tx: Transaction, paymentId: string, { id, amount, occurredAt, status }: DisputeFact): Promise<void> {
  check(await applyDisputes(tx, [{ id, paymentId, status, occurredAt, ...(amount !== null && { amount }) }]));
}

/** What was told otherwise before, by the host or under the same id, stands. */
function check([outcome]: Outcome<unknown>[]): void {
  if (outcome instanceof Refusal && outcome.code !== 'id_conflict') throw outcome;
}
