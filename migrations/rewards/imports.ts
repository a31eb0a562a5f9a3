import { Migration } from '@mikro-orm/migrations';

const REFERRALS = `json_to_recordset(list) as t("referralId" uuid, "referrerId" text, "refereeId" text, "registeredAt" timestamptz, "qualifiedAt" timestamptz,
         "retainedAt" timestamptz)`;

/**
 * Referrals that another system made count for tier, level and batch, and pay nothing: the decision `imported` says so. Locks come in the order of
 * every other command: referrals, then referrers. What counts already, because a later event came first, is not counted again.
 */
export class RewardsImports extends Migration {
  override up(): void {
    this.addSql(`create function rewards.note_imports(list json, at timestamptz) returns void language plpgsql as $$
     declare ids uuid[];
     begin
       insert into referral (id, referrer_id, referee_id, registered_at)
         select t."referralId", t."referrerId", t."refereeId", t."registeredAt" from ${REFERRALS} order by 1 on conflict do nothing;
       select array_agg(t."referralId") into ids from ${REFERRALS};
       perform from referral r where r.id = any(ids) order by r.id for no key update;
       insert into referrer (user_id) select distinct t."referrerId" from ${REFERRALS}
         where not exists (select from referrer k where k.user_id = t."referrerId") order by 1 on conflict do nothing;
       perform from referrer k where k.user_id = any(array(select t."referrerId" from ${REFERRALS})) order by k.user_id for no key update;
       with
         told as (select * from ${REFERRALS} where exists (select from referral r where r.id = t."referralId" and r.ip_group is distinct from 'imported:' || r.id)),
         counted as (
           select t."referrerId" as user_id,
             count(*) filter (where t."qualifiedAt" is not null and r.qualifying_payment_id is null and not r.is_rejected)::int as qualified,
             count(*) filter (where t."qualifiedAt" is not null and r.paying_count = 0 and not r.is_rejected)::int as paying
           from told t cross join lateral (select * from referral where referral.id = t."referralId" offset 0) r group by 1),
         raised as (
           update referrer k set qualified_count = k.qualified_count + c.qualified, paid_count = k.paid_count + c.paying
           from counted c where k.user_id = c.user_id and c.qualified + c.paying > 0)
       update referral r set
         -- the sign-up address of history is nobody's: it stands alone, and never in the way of a batch reward
         ip_group = 'imported:' || r.id, is_shared_ip = false, address_sequence = 0,
         decisions = case when r.decisions::jsonb @> '[{"decision": "imported"}]' then r.decisions
           else (r.decisions::jsonb || json_build_array(json_build_object('reviewId', '', 'decision', 'imported', 'score', 0, 'decidedAt', at))::jsonb)::json end,
         qualifications = case when t."qualifiedAt" is null then r.qualifications else (r.qualifications::jsonb || json_build_array(json_build_object(
           'paymentId', 'imported:' || r.id, 'sequence', 0, 'qualifiedAt', t."qualifiedAt", 'retainedAt', t."retainedAt", 'isRevoked', false))::jsonb)::json end,
         qualified_at = case when r.qualifying_payment_id is null and not r.is_rejected then t."qualifiedAt" else r.qualified_at end,
         qualifying_payment_id = case when r.qualifying_payment_id is null and not r.is_rejected and t."qualifiedAt" is not null then 'imported:' || r.id else r.qualifying_payment_id end,
         paying_count = case when t."qualifiedAt" is not null and r.paying_count = 0 then 1 else r.paying_count end
       from told t where r.id = t."referralId" and r.id = any(ids);
     end $$`);
  }
}
