import { grantTo } from '../plumbing.js';

/**
 * A stage that rests on a payment ends with it, and a referral that was rejected counts for nobody: the sums per referrer and the funnel follow. What
 * happened on a day still happened, so `daily` keeps it.
 */
export const REVOCATIONS: string[] = [
  'alter table insights.stage drop constraint stage_stage_check',
  `alter table insights.stage add constraint stage_stage_check
     check (stage in ('registered', 'activated', 'qualified', 'retained', 'blocked', 'revoked', 'rejected'))`,
  // of the last time that it was told: a dispute that is won restores what was revoked
  'alter table insights.stage add column sequence int not null default 0',
  // the stages that a referral has now, or passed on its way there
  `create view insights.reached as
     select s.* from insights.stage s where s.stage in ('registered', 'activated', 'qualified', 'retained')
       and not exists (select from insights.stage g where g.referral_id = s.referral_id and g.stage = 'revoked' and g.trigger = s.trigger and g.sequence > s.sequence)`,
  `create or replace view insights.standing_fact as
     select f.referral_id, p.period, f.user_id, f.qualified, f.credits from (
       select s.referral_id, r.referrer_id as user_id, s.at, 1 as qualified, 0::bigint as credits
       from (select referral_id, min(at) as at from insights.reached where stage = 'qualified' group by referral_id) s
       join insights.referral r on r.id = s.referral_id
       where r.referrer_id is not null
         and not exists (select from insights.stage g where g.referral_id = s.referral_id and g.stage = 'rejected')
       union all
       select b.referral_id, b.user_id, b.paid_at, 0, b.amount - b.gone from insights.bonus b
       where b.party = 'referrer' and b.unit = 'credits' and b.status = 'paid' and b.paid_at is not null) f
     cross join lateral (values (date_trunc('month', f.at at time zone 'utc')::date), (date '0001-01-01')) as p (period)`,
  'create view insights.funnel_fact as select distinct referral_id, stage, 1::bigint as referrals from insights.reached',
  'create table insights.funnel (stage text primary key, referrals bigint not null) with (fillfactor = 50)',
  'insert into insights.funnel select stage, count(*) from insights.funnel_fact group by stage',
  grantTo('insights', 'select, insert, update, truncate on insights.funnel'),
  grantTo('insights', 'select on insights.reached, insights.funnel_fact'),
];
