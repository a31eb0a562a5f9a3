import { grantTo } from '../plumbing.js';

export const DAILY = 'registrations, activations, qualifications, retentions, credits_paid, credits_held, fraud_blocked';
export const columns = (list: string): string[] => list.split(', ');
export const sums = (list: string): string => columns(list).map((column) => `sum(${column})::bigint as ${column}`).join(', ');
export const added = (table: string, list: string): string => columns(list).map((column) => `${column} = ${table}.${column} + excluded.${column}`).join(', ');
export const anyChange = (list: string): string => columns(list).map((column) => `sum(${column}) <> 0`).join(' or ');
export const negated = (list: string): string => columns(list).map((column) => `-${column}`).join(', ');

export const REFERRALS = `json_to_recordset(facts -> 'referrals') as t(id uuid, "referrerId" text, "refereeId" text, "sourceAppId" text, "registeredAt" timestamptz)`;
export const STAGES = `json_to_recordset(facts -> 'stages') as t("referralId" uuid, stage text, trigger text, at timestamptz, sequence int)`;
const BONUSES = `json_to_recordset(facts -> 'bonuses') as t(id uuid, "referralId" uuid, "userId" text, party text, event text, "appId" text, unit text,
         amount bigint, status text, sequence int, "holdReason" text, "holdUntil" timestamptz, "heldAt" timestamptz, "paidAt" timestamptz)`;

/**
 * Takes the facts of a group of events and changes the sums by what they change: those of the referrals concerned before
 * are taken off, those after are put on. One group at a time; each statement of a volatile function sees what the last
 * group left.
 */
export const PROJECT: string[] = [
  `create function insights.project(facts json) returns void language plpgsql as $$
     declare ids uuid[]; daily_before insights.daily[]; standing_before insights.standing[];
     begin
       perform pg_advisory_xact_lock(common.lock_key('insights', 'project'));
       select array_agg(distinct id) into ids from (
         select id from ${REFERRALS} union all select "referralId" from ${STAGES} union all select "referralId" from ${BONUSES}) as named;
       select array_agg(row(f.day, f.app_id, ${columns(DAILY).map((column) => `f.${column}`).join(', ')})::insights.daily) into daily_before from (
         select day, app_id, ${sums(DAILY)} from insights.daily_fact where referral_id = any(ids) group by day, app_id) f;
       select array_agg(row(f.period, f.user_id, f.qualified, f.credits)::insights.standing) into standing_before from (
         select period, user_id, ${sums('qualified, credits')} from insights.standing_fact where referral_id = any(ids) group by period, user_id) f;

       insert into insights.referral (id) select unnest(ids) on conflict do nothing;
       update insights.referral r set referrer_id = t."referrerId", referee_id = t."refereeId", source_app_id = t."sourceAppId", registered_at = t."registeredAt"
         from (select distinct on (id) * from ${REFERRALS} order by id) t where r.id = t.id and r.referrer_id is null;
       insert into insights.stage as s (referral_id, stage, trigger, at)
         select "referralId", stage, trigger, min(at) from ${STAGES} group by 1, 2, 3
         on conflict (referral_id, stage, trigger) do update set at = least(s.at, excluded.at) where excluded.at < s.at;
       insert into insights.bonus as b (id, referral_id, user_id, party, event, app_id, unit, amount, status, sequence, hold_reason, hold_until, held_at, paid_at)
         select distinct on (id) id, "referralId", "userId", party, event, "appId", unit, amount, status, sequence, "holdReason", "holdUntil",
           min("heldAt") over same, min("paidAt") over same
         from ${BONUSES} window same as (partition by id) order by id, sequence desc
         on conflict (id) do update set
           status = case when excluded.sequence > b.sequence then excluded.status else b.status end,
           hold_reason = case when excluded.sequence > b.sequence then excluded.hold_reason else b.hold_reason end,
           hold_until = case when excluded.sequence > b.sequence then excluded.hold_until else b.hold_until end,
           sequence = greatest(b.sequence, excluded.sequence),
           held_at = least(b.held_at, excluded.held_at), paid_at = least(b.paid_at, excluded.paid_at);

       insert into insights.daily (day, app_id, ${DAILY})
         select day, app_id, ${sums(DAILY)} from (
           select day, app_id, ${DAILY} from insights.daily_fact where referral_id = any(ids)
           union all select day, app_id, ${negated(DAILY)} from unnest(daily_before)) as change
         group by day, app_id having ${anyChange(DAILY)}
         on conflict (day, app_id) do update set ${added('daily', DAILY)};
       insert into insights.standing (period, user_id, qualified, credits)
         select period, user_id, ${sums('qualified, credits')} from (
           select period, user_id, qualified, credits from insights.standing_fact where referral_id = any(ids)
           union all select period, user_id, -qualified, -credits from unnest(standing_before)) as change
         group by period, user_id having ${anyChange('qualified, credits')}
         on conflict (period, user_id) do update set ${added('standing', 'qualified, credits')};
     end $$`,
  'revoke execute on function insights.project from public',
  grantTo('insights', 'execute on function insights.project'),
];
