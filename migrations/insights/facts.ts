export const FACT_TABLES = ['insights.referral', 'insights.stage', 'insights.bonus', 'insights.payment', 'insights.person'];

/**
 * What the events said, one row each under a key of its own: whatever comes twice or late ends in the same rows. Numbers
 * are sums over the two views; `daily` and `standing` keep those sums, and change by what a group of events changes.
 */
export const FACTS: string[] = [
  // made by whichever event of the referral comes first; a bonus knows no more than the id
  `create table insights.referral (
     id uuid primary key, referrer_id text, referee_id text, source_app_id text, registered_at timestamptz) with (fillfactor = 80)`,
  'create index referral_referrer_id_index on insights.referral (referrer_id)',
  'create index referral_referee_id_index on insights.referral (referee_id)',
  // a referral qualifies again after a revocation, with another payment: the trigger tells them apart
  `create table insights.stage (
     referral_id uuid not null, stage text not null check (stage in ('registered', 'activated', 'qualified', 'retained', 'blocked')),
     trigger text not null, at timestamptz not null, primary key (referral_id, stage, trigger)) with (fillfactor = 90)`,
  // status is that of the last sequence; paid_at and held_at are of the first time, so that a bonus counts once as either
  `create table insights.bonus (
     id uuid primary key, referral_id uuid not null, user_id text not null, party text not null, event text not null, app_id text,
     unit text not null, amount bigint not null,
     status text not null check (status in ('paid', 'held', 'rejected', 'clawed_back')), sequence int not null,
     hold_reason text, hold_until timestamptz, held_at timestamptz, paid_at timestamptz) with (fillfactor = 70)`,
  'create index bonus_referral_id_index on insights.bonus (referral_id)',
  'create index bonus_user_id_index on insights.bonus (user_id)',
  "create index bonus_held_index on insights.bonus (hold_until) where status = 'held'",
  `create table insights.payment (
     id text primary key, user_id text not null, kind text not null, amount bigint not null, currency text not null, occurred_at timestamptz not null)`,
  'create index payment_user_id_index on insights.payment (user_id, occurred_at)',
  'create table insights.person (user_id text primary key, short_name text, sequence bigint not null) with (fillfactor = 80)',

  // '' is no app: a key takes no null
  `create view insights.daily_fact as
     select s.referral_id, (s.at at time zone 'utc')::date as day, coalesce(r.source_app_id, '') as app_id,
       (s.stage = 'registered')::int as registrations, (s.stage = 'activated')::int as activations, (s.stage = 'qualified')::int as qualifications,
       (s.stage = 'retained')::int as retentions, 0::bigint as credits_paid, 0::bigint as credits_held, (s.stage = 'blocked')::int as fraud_blocked
     from insights.stage s join insights.referral r on r.id = s.referral_id
     union all
     select b.referral_id, (b.paid_at at time zone 'utc')::date, coalesce(b.app_id, r.source_app_id, ''), 0, 0, 0, 0, b.amount, 0, 0
     from insights.bonus b join insights.referral r on r.id = b.referral_id where b.unit = 'credits' and b.paid_at is not null
     union all
     select b.referral_id, (b.held_at at time zone 'utc')::date, coalesce(b.app_id, r.source_app_id, ''), 0, 0, 0, 0, 0, b.amount, 0
     from insights.bonus b join insights.referral r on r.id = b.referral_id where b.unit = 'credits' and b.held_at is not null`,
  // once for its month, and once for all time, which is the month 0001-01
  `create view insights.standing_fact as
     select f.referral_id, p.period, f.user_id, f.qualified, f.credits from (
       select s.referral_id, r.referrer_id as user_id, s.at, 1 as qualified, 0::bigint as credits
       from insights.stage s join insights.referral r on r.id = s.referral_id where s.stage = 'qualified' and r.referrer_id is not null
       union all
       select b.referral_id, b.user_id, b.paid_at, 0, b.amount from insights.bonus b
       where b.party = 'referrer' and b.unit = 'credits' and b.paid_at is not null) f
     cross join lateral (values (date_trunc('month', f.at at time zone 'utc')::date), (date '0001-01-01')) as p (period)`,

  `create table insights.daily (
     day date not null, app_id text not null,
     registrations bigint not null, activations bigint not null, qualifications bigint not null, retentions bigint not null,
     credits_paid bigint not null, credits_held bigint not null, fraud_blocked bigint not null,
     primary key (day, app_id)) with (fillfactor = 50)`,
  'create index daily_app_id_day_index on insights.daily (app_id, day)',
  `create table insights.standing (
     period date not null, user_id text not null, qualified bigint not null, credits bigint not null, primary key (period, user_id)) with (fillfactor = 60)`,
  'create index standing_order_index on insights.standing (period, qualified desc, credits desc, user_id)',
];
