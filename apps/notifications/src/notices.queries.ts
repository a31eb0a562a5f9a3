import type { Transaction } from '@referrals/persistence';

/** What a notice became once all that it needs is known. */
export interface DueNotice {
  key: string;
  kind: 'registration' | 'trial' | 'payment';
  details: { trialDays?: number | null; cashback?: number };
  referralId: string;
  referrerId: string;
  refereeId: string;
  refereeName: string | null;
  locale: string | null;
  payment: { amount: number; currency: string; periodDays: number | null } | null;
  paidReferees: number;
}

export interface Waiting {
  key: string;
  kind: DueNotice['kind'];
  refereeId: string | null;
  paymentId: string | null;
  details: DueNotice['details'];
}

/** One group after the other: of two that each know half of a notice, the second sees both. */
export const lockNotices = (tx: Transaction) => tx.rows(`select pg_advisory_xact_lock(common.lock_key('notifications', 'notices'))`);

const KEEP = `insert into notice (key, kind, referee_id, payment_id, details)
  select distinct on (key) key, kind, "refereeId", "paymentId", details
  from json_to_recordset($1::json) as t(key text, kind text, "refereeId" text, "paymentId" text, details json) order by key on conflict do nothing`;

export const keepNotices = (tx: Transaction, notices: Waiting[]) => tx.rows(KEEP, [JSON.stringify(notices)]);

/** An imported referee who qualified elsewhere has paid there. */
const KEEP_REFERRALS = `insert into referral (referee_id, id, referrer_id, registered_at, is_imported, has_paid)
  select distinct on ("refereeId") "refereeId", "referralId", "referrerId", "registeredAt", $2,
    "qualifiedAt" is not null or exists (select 1 from payment p where p.user_id = t."refereeId" and p.occurred_at >= t."registeredAt")
  from json_to_recordset($1::json) as t("refereeId" text, "referralId" uuid, "referrerId" text, "registeredAt" timestamptz, "qualifiedAt" timestamptz)
  order by "refereeId" on conflict do nothing`;

export const keepReferrals = (tx: Transaction, referrals: object[], { areImported = false } = {}) => tx.rows(KEEP_REFERRALS, [JSON.stringify(referrals), areImported]);

const KEEP_PAYMENTS = `with given as (
    select distinct on ("paymentId") * from json_to_recordset($1::json)
      as t("paymentId" text, "userId" text, amount bigint, currency text, "periodDays" int, "occurredAt" timestamptz) order by "paymentId"),
  kept as (
    insert into payment (id, user_id, amount, currency, period_days, occurred_at)
    select "paymentId", "userId", amount, currency, "periodDays", "occurredAt" from given on conflict do nothing)
  update referral r set has_paid = true from given g where r.referee_id = g."userId" and not r.has_paid and g."occurredAt" >= r.registered_at`;

export const keepPayments = (tx: Transaction, payments: object[]) => tx.rows(KEEP_PAYMENTS, [JSON.stringify(payments)]);

const KEEP_PEOPLE = `insert into person (user_id, short_name, locale, sequence)
  select distinct on ("userId") "userId", "shortName", locale, sequence
  from json_to_recordset($1::json) as t("userId" text, "shortName" text, locale text, sequence bigint) order by "userId", sequence desc
  on conflict (user_id) do update set short_name = excluded.short_name, locale = excluded.locale, sequence = excluded.sequence
  where person.sequence < excluded.sequence`;

export const keepPeople = (tx: Transaction, people: object[]) => tx.rows(KEEP_PEOPLE, [JSON.stringify(people)]);

/** The cashback of a payment names the payment, everything else the referee. What came before the registration is no news. */
const TAKE = `with
  ready as (
    select n.key, n.kind, n.details, r.id as "referralId", r.referrer_id, r.referee_id, p.id as payment_id, p.amount, p.currency, p.period_days
    from notice n left join payment p on p.id = n.payment_id
    join referral r on r.referee_id = coalesce(n.referee_id, p.user_id)
    where n.told_at is null and not r.is_imported and (n.kind <> 'payment' or p.id is not null)
      and (n.referee_id = any($1) or n.payment_id = any($2) or p.user_id = any($1))),
  told as (update notice set told_at = common.now() where key in (select key from ready))
  select ready.key, kind, details, "referralId", referrer_id as "referrerId", ready.referee_id as "refereeId", referee.short_name as "refereeName", referrer.locale,
    case when payment_id is not null then json_build_object('amount', amount, 'currency', currency, 'periodDays', period_days) end as payment,
    case when kind = 'payment' then (select count(*) from referral f where f.referrer_id = ready.referrer_id and f.has_paid) else 0 end as "paidReferees"
  from ready left join person referee on referee.user_id = ready.referee_id left join person referrer on referrer.user_id = ready.referrer_id`;

/** Takes the notices that have become complete by what is known of these people and payments. */
export const takeDueNotices = (tx: Transaction, userIds: string[], paymentIds: string[]): Promise<DueNotice[]> =>
  tx.rows<DueNotice>(TAKE, [userIds, paymentIds]);
