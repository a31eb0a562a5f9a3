/** What commands about money read: locks first, in the order referrals, referrers, bonuses, accounts, each by id, and then a fresh snapshot. */
const REFERRALS = `(
           select json_agg(json_build_object('id', r.id, 'referrerId', r.referrer_id, 'refereeId', r.referee_id, 'registeredAt', r.registered_at,
             'assessments', r.assessments, 'qualifications', r.qualifications, 'decisions', r.decisions,
             'qualifiedAt', r.qualified_at, 'qualifyingPaymentId', r.qualifying_payment_id,
             'approvedScore', r.approved_score, 'isRejected', r.is_rejected, 'payingCount', r.paying_count))
           from referral r where r.id = any(ids))`;

const REFERRERS = `(
           select json_agg(json_build_object('userId', r.user_id, 'qualifiedCount', r.qualified_count, 'paidCount', r.paid_count,
             'claims', r.claims, 'sequence', r.sequence))
           from referrer r where r.user_id = any(referrers))`;

const ACCOUNTS = `(
           select json_agg(json_build_object('id', a.id, 'userId', a.user_id, 'unit', a.unit, 'kind', a.kind, 'balance', a.balance))
           from (select k.* from account k where k.user_id = any(users) union all select k.* from account k where k.user_id is null) as a)`;

const LOCK_ACCOUNTS = 'perform lock_accounts(users);';

const LOCK_REFERRERS = `
       select array_agg(distinct r.referrer_id) into referrers from referral r where r.id = any(ids);
       insert into referrer (user_id) select u from unnest(referrers) u
         where not exists (select from referrer k where k.user_id = u) order by u on conflict do nothing;
       perform from referrer r where r.user_id = any(referrers) order by r.user_id for no key update;`;

const FACTS = `json_to_recordset(facts) as f("referralId" uuid, "referrerId" text, "refereeId" text, "registeredAt" timestamptz)`;

const LOCK_REFERRALS = `
       insert into referral (id, referrer_id, referee_id, registered_at)
         select distinct on (f."referralId") f."referralId", f."referrerId", f."refereeId", f."registeredAt"
         from ${FACTS} order by f."referralId" on conflict do nothing;
       select array_agg(distinct f."referralId") into ids from ${FACTS};
       perform from referral r where r.id = any(ids) order by r.id for no key update;`;

const PAYMENTS_OF_BONUSES = `(
           select json_agg(p) from payment p where p.id in (select b.payment_id from bonus b where b.id = any(bonus_ids)))`;

/** Programmes under which bonuses were booked, where another is in force. */
const PROGRAMMES = `(
           select json_agg(json_build_object('version', p.version, 'body', p.body)) from common.programme p
           where p.version <> common.programme_version() and p.version in (select b.programme_version from bonus b where b.id = any(bonus_ids)))`;

export const MONEY_LOADS: string[] = [
  `create or replace function rewards.begin_booking(facts json, parties text[]) returns json language plpgsql as $$
     declare ids uuid[]; referrers text[]; users text[];
     begin
       ${LOCK_REFERRALS}
       ${LOCK_REFERRERS}
       select array_agg(distinct p.user_id) into users from referral r
         cross join lateral (values ('referrer', r.referrer_id), ('referee', r.referee_id)) as p (party, user_id)
         where r.id = any(ids) and p.party = any(parties);
       perform open_accounts(users, 'credits');
       ${LOCK_ACCOUNTS}
       return json_build_object(
         'referrals', ${REFERRALS}, 'referrers', ${REFERRERS}, 'accounts', ${ACCOUNTS},
         'granted', (select json_agg(json_build_object('referralId', b.referral_id, 'event', b.event, 'party', b.party, 'appId', b.app_id,
             'trigger', b.trigger, 'paymentId', b.payment_id, 'status', b.status))
           from bonus b where b.referral_id = any(ids) and b.family = 'stage'));
     end $$`,
  // whole: every bonus of the referrals, and what is needed to take back; otherwise what is still open
  `create function rewards.begin_settlement(facts json, payments text[], whole boolean) returns json language plpgsql as $$
     declare ids uuid[]; referrers text[]; bonus_ids uuid[]; users text[]; units text[];
     begin
       ${LOCK_REFERRALS}
       if whole then ${LOCK_REFERRERS} end if;
       select array_agg(b.id) into bonus_ids from (
         select b.id from bonus b where b.referral_id = any(ids) and (whole or b.status in ('pending', 'held')) order by b.id for no key update) b;
       select array_agg(distinct b.user_id) into users from bonus b where b.id = any(bonus_ids);
       if whole then
         perform open_unit_accounts(array_agg(b.user_id), array_agg(b.unit), true) from bonus b where b.id = any(bonus_ids);
       end if;
       ${LOCK_ACCOUNTS}
       return json_build_object(
         'referrals', ${REFERRALS}, 'referrers', ${REFERRERS}, 'accounts', ${ACCOUNTS}, 'programmes', ${PROGRAMMES},
         'bonuses', (select json_agg(to_json(b)) from bonus b where b.id = any(bonus_ids)),
         'payments', ${PAYMENTS_OF_BONUSES},
         'paid', (select json_agg(json_build_object('id', p.id, 'occurredAt', p.occurred_at)) from payment p where p.id = any(payments)));
     end $$`,
  // a registration and the payments of its referee wait for each other, so that the later one sees the earlier one
  `create function rewards.lock_payers(payers text[]) returns void language plpgsql as $$
     declare key bigint;
     begin
       for key in select distinct common.lock_key('payer', u) from unnest(payers) u order by 1 loop perform pg_advisory_xact_lock(key); end loop;
     end $$`,
  // payments of referees that came before their referral
  `create function rewards.waiting_payments(payers text[]) returns text[] language plpgsql as $$
     begin
       perform lock_payers(payers);
       return (select array_agg(p.id order by p.occurred_at, p.id) from payment p
         where p.user_id = any(payers) and p.referral_id is null and p.status = 'settled');
     end $$`,
  // items: {id, userId, currency} of payments to come, user and currency null where only something about the payment comes
  `create function rewards.begin_money(items json, refunds text[], disputes text[]) returns json language plpgsql as $$
     declare key bigint; pay_ids text[]; payers text[]; ids uuid[]; referrers text[]; bonus_ids uuid[]; users text[];
     begin
       select array_agg(distinct i.id) into pay_ids from json_to_recordset(items) as i(id text);
       for key in select distinct common.lock_key('payment', i.id) from json_to_recordset(items) as i(id text, waiting boolean)
         where i.waiting is not true order by 1 loop perform pg_advisory_xact_lock(key); end loop;
       select array_agg(distinct u.user_id) into payers from (
         select i."userId" as user_id from json_to_recordset(items) as i("userId" text) where i."userId" is not null
         union select p.user_id from payment p where p.id = any(pay_ids)) u;
       perform lock_payers(payers);
       select array_agg(r.id) into ids from (select r.id from referral r where r.referee_id = any(payers) order by r.id for no key update) r;
       ${LOCK_REFERRERS}
       select array_agg(b.id) into bonus_ids from (select b.id from bonus b where b.payment_id = any(pay_ids) order by b.id for no key update) b;
       perform open_unit_accounts(array_agg(n.user_id), array_agg(n.unit), true) from (
         select r.referrer_id as user_id, i.currency as unit from json_to_recordset(items) as i("userId" text, currency text)
           join referral r on r.referee_id = i."userId" where i.currency is not null
         union select r.referrer_id, p.currency from payment p join referral r on r.referee_id = p.user_id where p.id = any(pay_ids)) n;
       select array_agg(u) into users from (
         select unnest(referrers) as u union select b.user_id from bonus b where b.id = any(bonus_ids)) u;
       ${LOCK_ACCOUNTS}
       return json_build_object(
         'payments', (select json_agg(p) from payment p where p.id = any(pay_ids)),
         'refunds', (select json_agg(f) from refund f where f.payment_id = any(pay_ids) or f.id = any(refunds)),
         'reports', (select json_agg(d) from dispute_report d where d.payment_id = any(pay_ids) or d.dispute_id = any(disputes)),
         'referrals', ${REFERRALS}, 'referrers', ${REFERRERS}, 'accounts', ${ACCOUNTS}, 'programmes', ${PROGRAMMES},
         'bonuses', (select json_agg(to_json(b)) from bonus b where b.id = any(bonus_ids)));
     end $$`,
  // what is due and nobody else is releasing
  `create function rewards.begin_release(in_limit int) returns json language plpgsql as $$
     declare bonus_ids uuid[]; users text[];
     begin
       select array_agg(b.id) into bonus_ids from (
         select b.id from bonus b where b.hold_until is not null and b.hold_until <= common.now() and b.status = 'held'
         order by b.hold_until limit in_limit for no key update skip locked) b;
       select array_agg(distinct b.user_id) into users from bonus b where b.id = any(bonus_ids);
       ${LOCK_ACCOUNTS}
       return json_build_object('accounts', ${ACCOUNTS}, 'bonuses', (select json_agg(to_json(b)) from bonus b where b.id = any(bonus_ids)));
     end $$`,
  // requests: {id, userId, unit}
  `create function rewards.begin_redemption(requests json) returns json language plpgsql as $$
     declare key bigint; users text[];
     begin
       for key in select distinct common.lock_key('redemption', r.id) from json_to_recordset(requests) as r(id text) order by 1
         loop perform pg_advisory_xact_lock(key); end loop;
       select array_agg(distinct r."userId") into users from json_to_recordset(requests) as r("userId" text);
       perform open_unit_accounts(array_agg(a.user_id), array_agg(a.unit), false)
         from json_to_recordset(requests) as r("userId" text, unit text) join account a on a.user_id = r."userId" and a.unit = r.unit;
       ${LOCK_ACCOUNTS}
       return json_build_object('accounts', ${ACCOUNTS},
         'known', (select json_agg(k) from redemption k where k.id in (select r.id from json_to_recordset(requests) as r(id text))));
     end $$`,
  'drop function rewards.begin_assessment',
  'drop function rewards.begin_payments',
];
