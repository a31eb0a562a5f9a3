import type { EventData, events } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';

type Assessed = ReceivedEvent<EventData<typeof events.referralAssessed>>;

const WRITE = `update referral r set ip_group = t.ip_group, is_shared_ip = t.is_shared, address_sequence = t.sequence
  from (select distinct on (id) * from json_to_recordset($1::json) as t(id uuid, ip_group text, is_shared boolean, sequence int) order by id, sequence) t
  where r.id = t.id and (r.address_sequence is null or r.address_sequence > t.sequence)`;

/** Keeps the verdicts on a referral's sign-up address: those of the first assessment that had any, for ever. */
export async function noteAddresses(tx: Transaction, assessed: readonly Assessed[]): Promise<void> {
  const verdicts = assessed.flatMap(({ data: { referralId, address }, sequence }) =>
    address ? [{ id: referralId, ip_group: address.known ? address.group : null, is_shared: address.sharedWithReferrer, sequence }] : []);
  if (verdicts.length > 0) await tx.rows(WRITE, [JSON.stringify(verdicts)]);
}
