import type { events, EventData } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { assess } from './assess.js';
import type { Qualification } from './fraud.queries.js';
import { referralOf } from './score-referrals.js';

type Qualified = ReceivedEvent<EventData<typeof events.referralQualified>>;

/**
 * A payment qualified a referral: it is assessed again, and the assessment names the payment, because what the payment
 * earns waits for it. Before the registration is known there is nothing to score; its assessment will name the payment.
 */
export async function reassessQualified(tx: Transaction, received: Qualified[]): Promise<void> {
  const newest = new Map<string, Qualified>();
  for (const event of received) {
    const known = newest.get(event.data.referralId);
    if (!known || event.sequence > known.sequence) newest.set(event.data.referralId, event);
  }
  const qualifications = [...newest.values()].map(({ data, sequence }): Qualification => {
    const { paymentId, qualifiedAt, firstActivityAt } = data;
    return { ...referralOf(data), paymentId, qualifiedAt, firstActivityAt, sequence };
  });
  await assess(tx, { qualifications });
}
