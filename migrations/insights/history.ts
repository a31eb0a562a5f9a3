import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

const ROWS = `unnest(ids, referrers, referees, apps, registered, activated, qualified, retained)
         as t(id, referrer_id, referee_id, app_id, registered_at, activated_at, qualified_at, retained_at)`;
/** Each stage that a row reached; a qualification of history rests on a payment that is known by its referral alone. */
const STAGES = `(values ('registered', '', t.registered_at), ('activated', '', t.activated_at),
         ('qualified', 'imported:' || t.id, t.qualified_at), ('retained', 'imported:' || t.id, t.retained_at)) s(stage, trigger, at)`;
const FRESH = '(whole or t.id = any(fresh))';

/**
 * Takes another system's referrals in. Those of which nothing was told yet have nothing to take off the sums: they are added to them as they come, in
 * columns, and not looked up again. One group at a time, as in `project`, which gets the others.
 */
export class InsightsHistory extends Migration {
  override up(): void {
    this.addSql(`create function insights.project_history(ids uuid[], referrers text[], referees text[], apps text[], registered timestamptz[],
       activated timestamptz[], qualified timestamptz[], retained timestamptz[]) returns uuid[] language plpgsql as $$
     declare fresh uuid[]; whole boolean;
     begin
       perform pg_advisory_xact_lock(common.lock_key('insights', 'project'));
       with made as (
         insert into insights.referral (id, referrer_id, referee_id, source_app_id, registered_at, activated_at, qualified_at, retained_at, paid_at, last_paid_at, converted_at)
         select t.id, t.referrer_id, t.referee_id, t.app_id, t.registered_at, t.activated_at, t.qualified_at, t.retained_at, t.qualified_at, t.qualified_at, t.qualified_at from ${ROWS} order by t.id on conflict do nothing returning id)
       select coalesce(array_agg(id), '{}') into fresh from made;
       whole := cardinality(fresh) = cardinality(ids);
       insert into insights.stage (referral_id, stage, trigger, at)
         select t.id, s.stage, s.trigger, s.at from ${ROWS} cross join lateral ${STAGES} where s.at is not null and ${FRESH};
       insert into insights.payment (id, user_id, kind, amount, currency, occurred_at)
         select 'imported:' || t.id, t.referee_id, 'purchase', 0, '', t.qualified_at from ${ROWS} where t.qualified_at is not null order by 1 on conflict (id) do nothing;
       perform insights.keep_courses(array(select r.id from insights.referral r join ${ROWS} using (id)
         where exists (select from insights.payment y where y.user_id = t.referee_id and y.id <> 'imported:' || t.id)));
       insert into insights.daily as d (day, app_id, registrations, activations, qualifications, retentions, credits_paid, credits_held, fraud_blocked)
         select (s.at at time zone 'utc')::date, coalesce(t.app_id, ''), count(*) filter (where s.stage = 'registered'), count(*) filter (where s.stage = 'activated'),
           count(*) filter (where s.stage = 'qualified'), count(*) filter (where s.stage = 'retained'), 0, 0, 0
         from ${ROWS} cross join lateral ${STAGES} where s.at is not null and ${FRESH} group by 1, 2
         on conflict (day, app_id) do update set registrations = d.registrations + excluded.registrations, activations = d.activations + excluded.activations,
           qualifications = d.qualifications + excluded.qualifications, retentions = d.retentions + excluded.retentions;
       insert into insights.standing as k (period, user_id, qualified, credits)
         select p.period, t.referrer_id, count(*), 0 from ${ROWS}
         cross join lateral (values (date_trunc('month', t.qualified_at at time zone 'utc')::date), (date '0001-01-01')) p(period)
         where t.qualified_at is not null and ${FRESH} group by 1, 2
         on conflict (period, user_id) do update set qualified = k.qualified + excluded.qualified;
       insert into insights.funnel as f (stage, referrals)
         select s.stage, count(*) from ${ROWS} cross join lateral ${STAGES} where s.at is not null and ${FRESH} group by 1 order by 1
         on conflict (stage) do update set referrals = f.referrals + excluded.referrals;
       return array(select t.id from unnest(ids) t(id) where not ${FRESH});
     end $$`);
    this.addSql('revoke execute on function insights.project_history from public');
    this.addSql(grantTo('insights', 'execute on function insights.project_history'));
  }
}
