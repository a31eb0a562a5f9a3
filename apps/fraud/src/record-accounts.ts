import type { events, EventData } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { assess } from './assess.js';
import type { SealedContexts } from './sealed-contexts.js';

type Updated = ReceivedEvent<EventData<typeof events.userUpdated>>;

/**
 * Keeps how old accounts are and which mailboxes they have, and scores again what that changes. An event carries all that
 * is known of a user, so the newest alone counts for the age; a mailbox given up still was the user's.
 */
export async function recordAccounts(tx: Transaction, received: Updated[], contexts: SealedContexts): Promise<void> {
  const accounts = received.map(({ sequence, data: { userId, createdAt } }) => ({ userId, createdAt, sequence }));
  const withEmail = received.filter(({ data }) => data.sealedEmail !== null);
  const read = await contexts.read(tx, withEmail.map(({ data }) => data.sealedEmail));
  const mailboxes = withEmail.flatMap(({ data }, index) =>
    read[index]!.mailboxes.map((mailbox) => ({ ...mailbox, userId: data.userId, seenAt: data.occurredAt })));
  await assess(tx, { accounts, mailboxes });
}
