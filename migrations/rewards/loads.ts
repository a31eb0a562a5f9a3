/**
 * What hot commands read before they decide. Locks come first, in a fixed order (referrals, referrers, accounts; each by
 * id), and only then a fresh snapshot is read: in READ COMMITTED every statement of a volatile function has its own.
 */
const FACTS = `json_to_recordset(facts) as f("referralId" uuid, "referrerId" text, "refereeId" text, "registeredAt" timestamptz)`;

const LOCK_REFERRALS = `
       insert into referral (id, referrer_id, referee_id, registered_at)
         select distinct on (f."referralId") f."referralId", f."referrerId", f."refereeId", f."registeredAt"
         from ${FACTS} order by f."referralId" on conflict do nothing;
       select array_agg(distinct f."referralId") into ids from ${FACTS};
       perform from referral r where r.id = any(ids) order by r.id for no key update;`;

const REFERRALS = `(
           select json_agg(json_build_object('id', r.id, 'referrerId', r.referrer_id, 'refereeId', r.referee_id,
             'assessments', r.assessments, 'qualifyingPaymentId', r.qualifying_payment_id,
             'approvedScore', r.approved_score, 'isRejected', r.is_rejected))
           from referral r where r.id = any(ids))`;

const ACCOUNTS = `(
           select json_agg(json_build_object('id', a.id, 'userId', a.user_id, 'unit', a.unit, 'kind', a.kind))
           from (select k.* from account k where k.user_id = any(users) union all select k.* from account k where k.user_id is null) as a)`;

export const LOADS: string[] = [
  `create function rewards.begin_booking(facts json, parties text[]) returns json language plpgsql as $$
     declare ids uuid[]; referrers text[]; users text[];
     begin
       ${LOCK_REFERRALS}
       select array_agg(distinct r.referrer_id) into referrers from referral r where r.id = any(ids);
       insert into referrer (user_id) select u from unnest(referrers) u
         where not exists (select from referrer k where k.user_id = u) order by u on conflict do nothing;
       perform from referrer r where r.user_id = any(referrers) order by r.user_id for no key update;
       select array_agg(distinct p.user_id) into users from referral r
         cross join lateral (values ('referrer', r.referrer_id), ('referee', r.referee_id)) as p (party, user_id)
         where r.id = any(ids) and p.party = any(parties);
       perform open_accounts(users, 'credits');
       return json_build_object(
         'referrals', ${REFERRALS},
         'referrers', (select json_agg(json_build_object('userId', r.user_id, 'qualifiedCount', r.qualified_count, 'claims', r.claims, 'sequence', r.sequence))
           from referrer r where r.user_id = any(referrers)),
         'accounts', ${ACCOUNTS},
         'granted', (select json_agg(json_build_object('referralId', b.referral_id, 'event', b.event, 'party', b.party, 'appId', b.app_id,
             'trigger', b.trigger, 'status', b.status))
           from bonus b where b.referral_id = any(ids) and b.family = 'stage'));
     end $$`,
  // a bonus that a scheduler is releasing at this moment is waited for, and is then no longer open
  `create function rewards.begin_assessment(facts json, payments text[]) returns json language plpgsql as $$
     declare ids uuid[]; open_ids uuid[]; users text[]; in_force int := common.programme_version();
     begin
       ${LOCK_REFERRALS}
       select array_agg(b.id) into open_ids from (
         select b.id from bonus b where b.referral_id = any(ids) and b.status in ('pending', 'held') order by b.id for no key update) b;
       select array_agg(distinct b.user_id) into users from bonus b where b.id = any(open_ids);
       return json_build_object(
         'referrals', ${REFERRALS},
         'bonuses', (select json_agg(to_json(b)) from bonus b where b.id = any(open_ids)),
         'accounts', ${ACCOUNTS},
         'payments', (select json_agg(json_build_object('id', p.id, 'occurredAt', p.occurred_at)) from payment p where p.id = any(payments)),
         'programmes', (select json_agg(json_build_object('version', p.version, 'body', p.body)) from common.programme p
           where p.version <> in_force and p.version in (select b.programme_version from bonus b where b.id = any(open_ids))));
     end $$`,
  // stores what is new; what was known is locked and told as it stands
  `create function rewards.begin_payments(payments json) returns json language plpgsql as $$
     declare fresh text[]; ids text[];
     begin
       with added as (
         insert into payment (id, user_id, kind, amount, currency, status, period_days, occurred_at, failed_at, created_at)
         select id, user_id, kind, amount, currency, status, period_days, occurred_at, failed_at, created_at
         from json_populate_recordset(null::payment, payments) order by id on conflict do nothing returning id)
       select array_agg(id) into fresh from added;
       select array_agg(id) into ids from json_populate_recordset(null::payment, payments);
       perform from payment p where p.id = any(ids) and p.id <> all(coalesce(fresh, '{}')) order by p.id for no key update;
       return (select json_agg(json_build_object('isFresh', p.id = any(coalesce(fresh, '{}')), 'payment', p)) from payment p where p.id = any(ids));
     end $$`,
];
