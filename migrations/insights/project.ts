import { grantTo } from '../plumbing.js';

const DAILY = 'registrations, activations, qualifications, retentions, credits_paid, credits_held, fraud_blocked';
const columns = (list: string): string[] => list.split(', ');
export const sums = (list: string): string => columns(list).map((column) => `sum(${column})::bigint as ${column}`).join(', ');
const added = (table: string, list: string): string => columns(list).map((column) => `${column} = ${table}.${column} + excluded.${column}`).join(', ');
const anyChange = (list: string): string => columns(list).map((column) => `sum(${column}) <> 0`).join(' or ');
const negated = (list: string): string => columns(list).map((column) => `-${column}`).join(', ');

/** The sums that follow the views of their name: columns that tell rows apart, and columns that are added up, in the order of the table. */
const SUMS = { daily: ['day, app_id', DAILY], standing: ['period, user_id', 'qualified, credits'], funnel: ['stage', 'referrals'] } as const;
type Sum = keyof typeof SUMS;

/** What the facts of the referrals `ids` add up to before they change, into the variable `<table>_before`. */
export function sumsBefore(table: Sum): string {
  const [keys, list] = SUMS[table];
  return `select array_agg(row(${[...columns(keys), ...columns(list)].map((column) => `f.${column}`).join(', ')})::insights.${table}) into ${table}_before from (
         select ${keys}, ${sums(list)} from insights.${table}_fact where referral_id = any(ids) group by ${keys}) f;`;
}

/** Adds to the sums what the facts of the referrals `ids` add up to now, less what they did before. */
export function sumsAfter(table: Sum): string {
  const [keys, list] = SUMS[table];
  return `insert into insights.${table} (${keys}, ${list})
         select ${keys}, ${sums(list)} from (
           select ${keys}, ${list} from insights.${table}_fact where referral_id = any(ids)
           union all select ${keys}, ${negated(list)} from unnest(${table}_before)) as change
         group by ${keys} having ${anyChange(list)}
         on conflict (${keys}) do update set ${added(table, list)};`;
}

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
       ${sumsBefore('daily')}
       ${sumsBefore('standing')}

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

       ${sumsAfter('daily')}
       ${sumsAfter('standing')}
     end $$`,
  'revoke execute on function insights.project from public',
  grantTo('insights', 'execute on function insights.project'),
];
