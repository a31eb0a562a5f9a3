import { Migration } from '@mikro-orm/migrations';

const ROWS = `unnest(ids, referrers, referees, registered, qualified, retained)
         as t(id, referrer_id, referee_id, registered_at, qualified_at, retained_at)`;

/**
 * Imported referrals of which nobody has told yet are written whole, by one statement, and their referrers by a second one; all come as columns, because
 * reading a million of them as JSON took longer than writing them. The few that a later event has made before are left to `note_imports`. Locks come in
 * the order of every other command: referrals, then referrers.
 */
export class RewardsImportSets extends Migration {
  override up(): void {
    this.addSql(`create function rewards.import_referrals(ids uuid[], referrers text[], referees text[], registered timestamptz[], qualified timestamptz[],
       retained timestamptz[], at timestamptz) returns void language plpgsql as $$
     declare
       fresh uuid[]; late uuid[]; whole boolean;
       noted json := json_build_array(json_build_object('reviewId', '', 'decision', 'imported', 'score', 0, 'decidedAt', at));
     begin
       with made as (
         insert into referral (id, referrer_id, referee_id, registered_at, ip_group, is_shared_ip, address_sequence, decisions, qualifications, qualified_at,
           qualifying_payment_id, paying_count)
         select t.id, t.referrer_id, t.referee_id, t.registered_at, 'imported:' || t.id, false, 0, noted,
           case when t.qualified_at is null then '[]' else ('[{"paymentId": "imported:' || t.id || '", "sequence": 0, "qualifiedAt": ' || to_json(t.qualified_at)
             || ', "retainedAt": ' || coalesce(to_json(t.retained_at)::text, 'null') || ', "isRevoked": false}]')::json end,
           t.qualified_at, case when t.qualified_at is not null then 'imported:' || t.id end, (t.qualified_at is not null)::int
         from ${ROWS} order by t.id on conflict do nothing returning id)
       select coalesce(array_agg(id), '{}') into fresh from made;
       whole := cardinality(fresh) = cardinality(ids);
       if not whole then
         select array_agg(u) into late from unnest(ids) u where u <> all(fresh);
         perform from referral r where r.id = any(late) order by r.id for no key update;
       end if;
       insert into referrer as k (user_id, qualified_count, paid_count)
         select n.referrer_id, n.qualified, n.qualified from (
           select t.referrer_id, count(*) filter (where t.qualified_at is not null and (whole or t.id = any(fresh)))::int as qualified from ${ROWS} group by 1) n order by 1
         on conflict (user_id) do update set qualified_count = k.qualified_count + excluded.qualified_count, paid_count = k.paid_count + excluded.paid_count;
       if not whole then
         perform note_imports((select json_agg(json_build_object('referralId', t.id, 'referrerId', t.referrer_id, 'refereeId', t.referee_id,
           'registeredAt', t.registered_at, 'qualifiedAt', t.qualified_at, 'retainedAt', t.retained_at)) from ${ROWS} where t.id = any(late)), at);
       end if;
     end $$`);
  }
}
