/** What booking days of access reads, once money can go back. */
export const ACCESS_LOADS: string[] = [
  // Referrals first, then the referees themselves: a payment and the registration that it waits for see each other, whichever commits first.
  `create or replace function rewards.begin_access(referees text[], free_plans text[]) returns json language plpgsql as $$
     declare ids uuid[]; referrers text[]; users text[]; key bigint;
     begin
       perform from referral r where r.referee_id = any(referees) order by r.id for no key update;
       for key in select distinct common.lock_key('access of referee', u) from unnest(referees) u order by 1 loop
         perform pg_advisory_xact_lock(key);
       end loop;
       select array_agg(r.id) into ids from (
         select r.id from referral r where r.referee_id = any(referees)
           and (exists (select from payment p where p.user_id = r.referee_id and p.status = 'settled' and p.kind <> 'topup')
             or exists (select from subscription_report s where s.user_id = r.referee_id and s.status = 'active'))
           and not exists (select from bonus b where b.referral_id = r.id and b.family = 'access' and b.status <> 'clawed_back')
         order by r.id for no key update) r;
       if ids is null then return null; end if;
       select array_agg(distinct r.referrer_id), array_agg(distinct r.referee_id) || array_agg(distinct r.referrer_id) into referrers, users
         from referral r where r.id = any(ids);
       insert into referrer (user_id) select u from unnest(referrers) u
         where not exists (select from referrer k where k.user_id = u) order by u on conflict do nothing;
       perform from referrer r where r.user_id = any(referrers) order by r.user_id for no key update;
       perform open_accounts(users, 'access_days');
       perform lock_accounts(users);
       return json_build_object(
         'referrals', (select json_agg(json_build_object('id', r.id, 'referrerId', r.referrer_id, 'refereeId', r.referee_id, 'registeredAt', r.registered_at,
             'assessments', r.assessments, 'qualifications', r.qualifications, 'decisions', r.decisions,
             'qualifiedAt', r.qualified_at, 'payingCount', r.paying_count, 'qualifyingPaymentId', r.qualifying_payment_id,
             'approvedScore', r.approved_score, 'isRejected', r.is_rejected,
             'payments', (select json_agg(json_build_object('id', p.id, 'kind', p.kind, 'status', p.status, 'occurredAt', p.occurred_at,
                 'isRevoked', p.is_revoked, 'amount', p.amount, 'returned', p.returned, 'atStake', p.at_stake))
               from payment p where p.user_id = r.referee_id),
             'activeSince', (select json_agg(s.occurred_at) from subscription_report s
               where s.user_id = r.referee_id and s.status = 'active' and (s.plan is null or s.plan <> all(free_plans))),
             'revoked', (select json_agg(b.payment_id) from bonus b where b.referral_id = r.id and b.family = 'access' and b.status = 'clawed_back')))
           from referral r where r.id = any(ids)),
         'referrers', (select json_agg(json_build_object('userId', r.user_id, 'qualifiedCount', r.qualified_count, 'paidCount', r.paid_count,
             'claims', r.claims, 'sequence', r.sequence))
           from referrer r where r.user_id = any(referrers)),
         'accounts', (select json_agg(json_build_object('id', a.id, 'userId', a.user_id, 'unit', a.unit, 'kind', a.kind, 'balance', a.balance))
           from (select k.* from account k where k.user_id = any(users) union all select k.* from account k where k.user_id is null) as a
           where a.unit = 'access_days'));
     end $$`,
];
