import type { EventData, events } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { noteCustomers } from './stripe/apply-stripe-event.js';

type Updated = ReceivedEvent<EventData<typeof events.userUpdated>>;

/** Whose customer is who: what Stripe told of them before is applied. */
export async function noteUsers(tx: Transaction, updated: Updated[]): Promise<void> {
  await noteCustomers(tx, updated.flatMap(({ data: { userId, stripeCustomerId, occurredAt } }) =>
    stripeCustomerId === null ? [] : [{ customer: stripeCustomerId, userId, at: occurredAt }]));
}
