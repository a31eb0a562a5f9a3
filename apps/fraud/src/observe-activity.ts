import type { events, EventData } from '@referrals/contracts';
import type { Log, ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { assess } from './assess.js';
import type { SealedContexts } from './sealed-contexts.js';

type Observed = ReceivedEvent<EventData<typeof events.activityObserved>>;

/** Users acted from somewhere. A referrer's sighting may come later than the referral that it belongs to: that one is scored again. */
export async function observeActivity(tx: Transaction, received: Observed[], contexts: SealedContexts, log: Log): Promise<void> {
  const read = await contexts.read(tx, received.map(({ data }) => data.context.sealed));
  const seen = received.map(({ data }) => ({ userId: data.userId, seenAt: data.occurredAt }));
  const facts = read.flatMap(({ all }, index) => all.map((fingerprint) => ({ ...fingerprint, ...seen[index]! })));
  const mailboxes = read.flatMap((context, index) => context.mailboxes.map((mailbox) => ({ ...mailbox, ...seen[index]! })));
  const ignored = read.filter(({ notes }) => notes.length > 0).length;
  if (ignored > 0) log.warn({ count: ignored, notes: [...new Set(read.flatMap(({ notes }) => notes))] }, 'context_ignored');
  if (facts.length > 0 || mailboxes.length > 0) await assess(tx, { facts, mailboxes });
}
