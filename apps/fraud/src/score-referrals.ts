import type { events, EventData } from '@referrals/contracts';
import type { Log, ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { assess } from './assess.js';
import type { Fact, ReferralRow, Registration } from './fraud.queries.js';
import type { SealedContexts } from './sealed-contexts.js';

type Registered = ReceivedEvent<EventData<typeof events.referralRegistered>>;

/** Somebody signed up: what the sign-up leaves is kept as hashes, and the referral gets its first score. */
export async function scoreReferrals(tx: Transaction, received: Registered[], contexts: SealedContexts, log: Log): Promise<void> {
  const firsts = firstPerReferral(received);
  const read = await contexts.read(tx, firsts.map(({ data }) => data.context?.sealed ?? null));
  const facts: Fact[] = [];
  const registrations: Registration[] = [];
  firsts.forEach(({ data }, index) => {
    const { all, ip, device, notes } = read[index]!;
    facts.push(...all.map((fingerprint) => ({ ...fingerprint, userId: data.refereeId, seenAt: data.registeredAt })));
    registrations.push({ ...referralOf(data), ipHash: ip?.hash ?? null, deviceHash: device?.hash ?? null, notes });
    const unusual = notes.filter((note) => note !== 'no_context');
    if (unusual.length > 0) log.warn({ referralId: data.referralId, notes: unusual }, 'context_ignored');
  });
  await assess(tx, { facts, registrations });
}

export const referralOf = ({ referralId, referrerId, refereeId, codeId, sourceAppId, registeredAt }: ReferralRow): ReferralRow =>
  ({ referralId, referrerId, refereeId, codeId, sourceAppId, registeredAt });

/** A referral is registered once; should it be told twice, the earlier telling is the one that counts. */
function firstPerReferral(received: Registered[]): Registered[] {
  const firsts = new Map<string, Registered>();
  for (const event of received) {
    const known = firsts.get(event.data.referralId);
    if (!known || event.id < known.id) firsts.set(event.data.referralId, event);
  }
  return [...firsts.values()];
}
