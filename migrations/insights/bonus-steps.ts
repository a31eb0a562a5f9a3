import { Migration } from '@mikro-orm/migrations';
import { REFERRALS, STAGES, sums, sumsAfter, sumsBefore } from './project.js';
import { REVOCATIONS } from './revocations.js';

/**
 * A bonus keeps each step that was told of it, under its sequence. How it stands is read off all of them at once: steps that come late or twice, the taking
 * back before the paying, end in the same row. A bonus that was taken back in part is still paid, with what remains.
 */
export class InsightsBonusSteps extends Migration {
  override up(): void {
    for (const sql of [...COLUMNS, KNOWN_STEPS, ...REVOCATIONS, ...SUMS_ANEW, PROJECT]) this.addSql(sql);
  }
}

const COLUMNS = [
  // { "<sequence>": { kind, amount, reason, until, at } }
  "alter table insights.bonus add column told jsonb not null default '{}'",
  // of `amount`, which is what was told first; less than nothing where a dispute that was won brought more than that
  'alter table insights.bonus add column gone bigint not null default 0',
];

const step = (sequence: string, kind: string, at: string): string => `jsonb_build_object((${sequence})::text,
    jsonb_build_object('kind', ${kind}, 'amount', amount, 'reason', hold_reason, 'until', hold_until, 'at', ${at}))`;

/** What rows that are there remember of their steps; `statistics-rebuild` reads them whole from the event logs. */
const KNOWN_STEPS = `update insights.bonus set gone = case when status = 'clawed_back' then amount else 0 end, told =
  case when held_at is null or status = 'held' then '{}' else ${step('-1', `'held'`, 'held_at')} end
  || case when paid_at is null or status = 'paid' then '{}' else ${step('0', `'released'`, 'paid_at')} end
  || ${step('sequence', `case status when 'paid' then 'released' else status end`, `case status when 'paid' then paid_at when 'held' then held_at end`)}`;

/** The sums per referrer as the view gives them from now on. */
const SUMS_ANEW = [
  'delete from insights.standing',
  `insert into insights.standing (period, user_id, qualified, credits) select period, user_id, ${sums('qualified, credits')} from insights.standing_fact group by period, user_id`,
];

const binary = (list: string): string => list.replace('json_to_recordset', 'jsonb_to_recordset');
const BONUSES = `jsonb_to_recordset(facts -> 'bonuses') as t(id uuid, "referralId" uuid, "userId" text, party text, event text, "appId" text, unit text,
         sequence int, kind text, amount bigint, reason text, until timestamptz, at timestamptz)`;

/**
 * How a bonus stands by its steps. Held, released and rejected say how much there is; what was paid beside that came on top, what was taken back came off,
 * so only what follows the last of those counts. Where a user was erased, the part in hold was taken back and the rest is out of it.
 */
const STANDING = `select t.amount, t.amount - t.remaining as gone, t.sequence, t.state ->> 'reason' as hold_reason, (t.state ->> 'until')::timestamptz as hold_until, t.held_at, t.paid_at,
             case when t.state is null or (t.last ->> 'kind' = 'clawed_back' and t.remaining = 0) then 'clawed_back'
               when t.state ->> 'kind' = 'held' and t.last ->> 'reason' is distinct from 'erased' then 'held'
               when t.state ->> 'kind' = 'rejected' then 'rejected' else 'paid' end as status
           from (
             select coalesce((array_agg(amount order by sequence) filter (where kind <> 'clawed_back'))[1], 0) as amount,
               coalesce(greatest(0, sum(case kind when 'clawed_back' then -amount when 'rejected' then 0 else amount end) filter (where sequence >= base)), 0)::bigint as remaining,
               max(sequence) as sequence, (array_agg(value order by sequence desc))[1] as last,
               (array_agg(value order by sequence desc) filter (where kind <> 'clawed_back'))[1] as state,
               min(at) filter (where kind = 'held') as held_at, min(at) filter (where kind in ('paid', 'released')) as paid_at
             from (
               select s.*, coalesce(max(sequence) filter (where kind in ('held', 'released', 'rejected')) over (), min(sequence) over ()) as base
               from (select key::int as sequence, value, value ->> 'kind' as kind, (value ->> 'amount')::bigint as amount, (value ->> 'at')::timestamptz as at
                 from jsonb_each(told.steps)) s) steps) t`;

/** What it calls comes with the next migration, before anybody calls it. */
const PROJECT = `create or replace function insights.project(facts jsonb) returns void language plpgsql as $$
     declare ids uuid[]; daily_before insights.daily[]; standing_before insights.standing[]; funnel_before insights.funnel[];
     begin
       perform pg_advisory_xact_lock(common.lock_key('insights', 'project'));
       select array_agg(distinct id) into ids from (
         select id from ${binary(REFERRALS)} union all select "referralId" from ${binary(STAGES)}
         union all select "referralId" from ${BONUSES}) as named;
       ${sumsBefore('daily')}
       ${sumsBefore('standing')}
       ${sumsBefore('funnel')}

       insert into insights.referral (id) select unnest(ids) on conflict do nothing;
       update insights.referral r set referrer_id = t."referrerId", referee_id = t."refereeId", source_app_id = t."sourceAppId", registered_at = t."registeredAt"
         from (select distinct on (id) * from ${binary(REFERRALS)} order by id) t where r.id = t.id and r.referrer_id is null;
       insert into insights.stage as s (referral_id, stage, trigger, at, sequence)
         select "referralId", stage, trigger, min(at), max(sequence) from ${binary(STAGES)} group by 1, 2, 3
         on conflict (referral_id, stage, trigger) do update set at = least(s.at, excluded.at), sequence = greatest(s.sequence, excluded.sequence)
         where excluded.at < s.at or excluded.sequence > s.sequence;

       insert into insights.bonus as b (id, referral_id, user_id, party, event, app_id, unit, told, amount, gone, status, sequence, hold_reason, hold_until, held_at, paid_at)
         select f.id, f."referralId", f."userId", f.party, f.event, f."appId", f.unit, told.steps,
           s.amount, s.gone, s.status, s.sequence, s.hold_reason, s.hold_until, s.held_at, s.paid_at
         from (
           select distinct on (id) *, jsonb_object_agg(sequence,
               jsonb_build_object('kind', kind, 'amount', amount, 'reason', reason, 'until', until, 'at', at)) over (partition by id) as steps
           from ${BONUSES} order by id) f
         left join insights.bonus k on k.id = f.id
         cross join lateral (select coalesce(k.told, '{}') || f.steps as steps) told
         cross join lateral (${STANDING}) s
         on conflict (id) do update set told = excluded.told, amount = excluded.amount, gone = excluded.gone, status = excluded.status, sequence = excluded.sequence,
           hold_reason = excluded.hold_reason, hold_until = excluded.hold_until, held_at = excluded.held_at, paid_at = excluded.paid_at;

       perform insights.keep_courses(array(select id from ${binary(REFERRALS)} union select "referralId" from ${binary(STAGES)}));
       ${sumsAfter('daily')}
       ${sumsAfter('standing')}
       ${sumsAfter('funnel')}
     end $$`;
