import type { EventData, events } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';

type Assessed = ReceivedEvent<EventData<typeof events.referralAssessed>>;

const WRITE = `update referral r set is_shared_ip = r.is_shared_ip or t.is_shared, address_sequence = least(r.address_sequence, t.sequence),
    ip_group = case when r.address_sequence is null or r.address_sequence > t.sequence then t.ip_group else r.ip_group end
  from (
    select distinct on (id) id, ip_group, sequence, bool_or(is_shared) over (partition by id) as is_shared
    from json_to_recordset($1::json) as told(id uuid, ip_group text, is_shared boolean, sequence int) order by id, sequence) t
  where r.id = t.id and r.id = any(array(select k.id from json_to_recordset($1::json) as k(id uuid)))
    and (r.address_sequence is null or r.address_sequence > t.sequence or t.is_shared and not r.is_shared_ip)`;

/**
 * Keeps the verdicts on a referral's sign-up address, for ever: which one it was, as the first assessment had it, and that
 * the referrer had used it, whichever assessment found that out, because a sighting may arrive late.
 */
export async function noteAddresses(tx: Transaction, assessed: readonly Assessed[]): Promise<void> {
  const verdicts = assessed.flatMap(({ data: { referralId, address }, sequence }) =>
    address ? [{ id: referralId, ip_group: address.known ? address.group : null, is_shared: address.sharedWithReferrer, sequence }] : []);
  if (verdicts.length > 0) await tx.rows(WRITE, [JSON.stringify(verdicts)]);
}
