import type { fraud, Input, Reply } from '@referrals/contracts';
import { DAY, shift } from '@referrals/domain';
import { FIRST_ID, type Transaction } from '@referrals/persistence';
import { assess } from './assess.js';
import { DevicePatterns } from './device-patterns.js';
import type { SealedContexts } from './sealed-contexts.js';

const LOAD = `select a.referral_id as "referralId", b.box from assessment a left join box b using (referral_id)
  where a.referral_id > coalesce($1::uuid, '${FIRST_ID}') and a.registration_seen and a.registered_at >= $2 order by a.referral_id limit $3`;

/** What a box tells is compared again; where there is none any more, what was found stays. */
const MATCH = `update assessment a set matches = found.ids
  from (
    select t."referralId" as id, t.matches || array(select p.id from pattern p where p.network >>= t.ip)
      || array(select n.id from shared_network n where n.network >>= t.ip) as ids
    from json_to_recordset($1::json) as t("referralId" uuid, ip inet, matches uuid[])) found
  where a.referral_id = found.id and a.matches <> found.ids`;

/** Goes through the referrals whose facts are still there, in bounded steps. */
export async function rescore(tx: Transaction, { after, limit }: Input<typeof fraud.rescore>, contexts: SealedContexts): Promise<Reply<typeof fraud.rescore>> {
  const since = shift(tx.now, -tx.programme.fraud.windows.factsKeptDays * DAY);
  const referrals = await tx.rows<{ referralId: string; box: string | null }>(LOAD, [after ?? null, since, limit]);
  const boxed = referrals.filter(({ box }) => box !== null);
  const signUps = await contexts.readSignUps(tx, boxed.map(({ box }) => box), await DevicePatterns.load(tx));
  const matched = boxed.map(({ referralId }, index) => ({ referralId, signUp: signUps[index]! })).filter(({ signUp }) => !signUp.notes.includes('unreadable_context'));
  if (matched.length > 0) {
    await tx.rows(MATCH, [JSON.stringify(matched.map(({ referralId, signUp }) => ({ referralId, ip: signUp.address, matches: signUp.matches })))]);
  }
  const changed = referrals.length > 0 ? await assess(tx, { rescored: referrals.map(({ referralId }) => ({ referralId })) }) : 0;
  return { processed: referrals.length, changed, next: referrals.length === limit ? referrals.at(-1)!.referralId : null };
}
