import type { events, EventData } from '@referrals/contracts';
import type { Log, ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { assess } from './assess.js';
import { DevicePatterns } from './device-patterns.js';
import type { Fact, MailboxFact, ReferralRow, Registration } from './fraud.queries.js';
import type { SealedContexts, SignUp } from './sealed-contexts.js';

type Registered = ReceivedEvent<EventData<typeof events.referralRegistered>>;

/** Somebody signed up: what the sign-up leaves is kept as hashes, and the referral gets its first score. */
export async function scoreReferrals(tx: Transaction, received: Registered[], contexts: SealedContexts, log: Log): Promise<void> {
  const firsts = firstPerReferral(received);
  const hasContext = firsts.some(({ data }) => data.context !== null);
  const patterns = hasContext ? await DevicePatterns.load(tx) : DevicePatterns.of([]);
  const read = await contexts.readSignUps(tx, firsts.map(({ data }) => data.context?.sealed ?? null), patterns);
  const facts: Fact[] = [];
  const mailboxes: MailboxFact[] = [];
  const registrations: Registration[] = [];
  firsts.forEach(({ data }, index) => {
    const signUp = read[index]!;
    const seen = { userId: data.refereeId, seenAt: data.registeredAt };
    facts.push(...signUp.all.map((fingerprint) => ({ ...fingerprint, ...seen })));
    mailboxes.push(...signUp.mailboxes.map((mailbox) => ({ ...mailbox, ...seen })));
    registrations.push(registrationOf(data, signUp, contexts.addressGroup(signUp.address, data.referrerId)));
    const unusual = signUp.notes.filter((note) => note !== 'no_context');
    if (unusual.length > 0) log.warn({ referralId: data.referralId, notes: unusual }, 'context_ignored');
  });
  await assess(tx, { facts, mailboxes, registrations });
}

function registrationOf(data: Registered['data'], signUp: SignUp, addressGroup: string | null): Registration {
  const { ip, device, notes, addressType, address, matches } = signUp;
  return {
    ...referralOf(data), notes, addressType, addressGroup, matches,
    ipHash: ip?.hash ?? null, previousIpHash: ip?.previousHash ?? null,
    deviceHash: device?.hash ?? null, previousDeviceHash: device?.previousHash ?? null,
    recentRegistrations: data.referrerRegistrationsLastHour,
    ip: address,
    box: notes.includes('unreadable_context') ? null : (data.context?.sealed ?? null),
  };
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
