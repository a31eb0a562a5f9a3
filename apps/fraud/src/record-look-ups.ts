import type { events, EventData } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { assess } from './assess.js';
import type { SealedContexts } from './sealed-contexts.js';

type LookedUp = ReceivedEvent<EventData<typeof events.codeLookedUp>>;

/** A code was looked up from an address for the first time; the sign-up that followed may have come first. */
export async function recordLookUps(tx: Transaction, received: LookedUp[], contexts: SealedContexts): Promise<void> {
  const read = await contexts.read(tx, received.map(({ data }) => data.context.sealed));
  const lookUps = received.flatMap(({ data: { codeId, lookedUpAt } }, index) => {
    const ip = read[index]!.ip;
    const hashes = ip ? [ip.hash, ...(ip.previousHash === null ? [] : [ip.previousHash])] : [];
    return hashes.map((hash) => ({ codeId, hash, at: lookedUpAt }));
  });
  if (lookUps.length > 0) await assess(tx, { lookUps });
}
