import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

const ROOM = 'rewards';

/** Batch rewards: what is known of users and sign-up addresses, and the value that follows from it. */
export class RewardsBatch extends Migration {
  override up(): void {
    for (const sql of STATEMENTS) this.addSql(sql);
  }
}

/**
 * The rules of `libs/domain/src/batch-reward.ts` for a range of referrers at once; a spec compares the two. Of candidates that pass every other rule
 * the first of each address is eligible and the others are duplicates, so that counting addresses is enough.
 */
export const COMPUTED = `
       select r.referrer_id as user_id, count(*)::int as referred_total, count(*) filter (where c.candidate)::int as candidates,
         count(*) filter (where c.candidate and v.reason = 'cooldown')::int as cooldown,
         count(*) filter (where c.candidate and v.reason = 'missingIp')::int as missing_ip,
         count(*) filter (where c.candidate and v.reason = 'sharedIp')::int as shared_ip,
         (count(r.ip_group) filter (where c.candidate and v.reason is null)
           - count(distinct r.ip_group) filter (where c.candidate and v.reason is null))::int as duplicate_ip
       from rewards.referral r
       left join rewards.user_fact u on u.user_id = r.referee_id
       left join rewards.subscription s on s.user_id = r.referee_id and (s.is_only or s.source = (
         select c.source from rewards.current_subscription c where c.user_id = s.user_id))
       cross join lateral (select not r.is_rejected and u.is_active and u.is_verified and s.status in ('active', 'past_due')
         and (s.plan is null or s.plan <> all(free_plans)) and (s.expires_at is null or s.expires_at > at) as candidate) c
       cross join lateral (select case
         when greatest(coalesce(u.created_at, least(u.first_seen_at, r.registered_at)), s.started_at) > cooled_at then 'cooldown'
         when r.ip_group is null then case when needs_ip then 'missingIp' end
         when r.is_shared_ip then 'sharedIp' end as reason) v
       where r.referrer_id between first_user and last_user
       group by r.referrer_id`;

const STATEMENTS = [
  `insert into rewards.account (unit, kind) values ('slots', 'programme')`,
  // first_seen_at stands in for the age of an account that the host never told
  `create table rewards.user_fact (
     user_id text primary key, is_active boolean not null, is_verified boolean not null, created_at timestamptz,
     first_seen_at timestamptz not null, sequence int not null) with (fillfactor = 80)`,
  // the verdicts on the sign-up address, of the first assessment that had any; they outlive the facts that they were made from
  'alter table rewards.referral add ip_group text, add is_shared_ip boolean not null default false, add address_sequence int',
  'create index referral_referrer_id_index on rewards.referral (referrer_id)',
  // most users have one: only of the others one has to be chosen
  'alter table rewards.subscription add is_only boolean not null default true',
  `create function rewards.mark_several() returns trigger language plpgsql as $$
     begin
       if exists (select from rewards.subscription s where s.user_id = new.user_id and s.source <> new.source) then
         update rewards.subscription set is_only = false where user_id = new.user_id and is_only;
       end if;
       return null;
     end $$`,
  'create trigger subscription_is_only after insert on rewards.subscription for each row execute function rewards.mark_several()',
  // booked: the slots that the ledger shows
  `create table rewards.batch_reward (
     user_id text primary key, referred_total int not null, candidates int not null, eligible int not null,
     cooldown int not null, missing_ip int not null, shared_ip int not null, duplicate_ip int not null, cooldown_days int not null,
     slots int not null check (slots >= 0), booked int not null default 0 check (booked >= 0), badge text, computed_at timestamptz not null)
     with (fillfactor = 80)`,
  // when all were last recomputed: rows that did not change are not written
  'create table rewards.batch_run (only_row boolean primary key default true check (only_row), computed_at timestamptz not null)',
  grantTo(ROOM, 'select, insert, update on rewards.user_fact, rewards.batch_reward, rewards.batch_run'),
  `create function rewards.recompute_batch_rewards(first_user text, last_user text, rules json, free_plans text[]) returns int language plpgsql
     set enable_seqscan = on set plan_cache_mode = force_custom_plan set work_mem = '64MB' as $$
     declare
       at timestamptz := common.now(); cooled_at timestamptz := at - (rules ->> 'cooldownDays')::int * interval '24 hours';
       needs_ip boolean := (rules ->> 'requireKnownIp')::boolean; changed text[];
     begin
       with counted as (${COMPUTED}),
       valued as (select c.*, c.candidates - c.cooldown - c.missing_ip - c.shared_ip - c.duplicate_ip as eligible from counted c),
       rewarded as (
         select v.*, v.eligible / (rules ->> 'groupSize')::int * (rules ->> 'slotsPerGroup')::int as slots, (
           select g.badge from json_to_recordset(rules -> 'badges') as g(badge text, "from" int) where g."from" <= v.eligible
           order by g."from" desc limit 1) as badge
         from valued v),
       written as (
         insert into rewards.batch_reward as b (user_id, referred_total, candidates, eligible, cooldown, missing_ip, shared_ip, duplicate_ip, cooldown_days,
           slots, badge, computed_at)
         select w.user_id, w.referred_total, w.candidates, w.eligible, w.cooldown, w.missing_ip, w.shared_ip, w.duplicate_ip, (rules ->> 'cooldownDays')::int,
           w.slots, w.badge, at
         from rewarded w left join rewards.batch_reward k on k.user_id = w.user_id
         where (k.referred_total, k.candidates, k.eligible, k.cooldown, k.missing_ip, k.shared_ip, k.duplicate_ip, k.slots, k.badge, k.cooldown_days)
           is distinct from (w.referred_total, w.candidates, w.eligible, w.cooldown, w.missing_ip, w.shared_ip, w.duplicate_ip, w.slots, w.badge,
             (rules ->> 'cooldownDays')::int)
         order by w.user_id
         on conflict (user_id) do update set referred_total = excluded.referred_total, candidates = excluded.candidates, eligible = excluded.eligible,
           cooldown = excluded.cooldown, missing_ip = excluded.missing_ip, shared_ip = excluded.shared_ip, duplicate_ip = excluded.duplicate_ip,
           cooldown_days = excluded.cooldown_days, slots = excluded.slots, badge = excluded.badge, computed_at = excluded.computed_at
         returning b.user_id)
       select array_agg(user_id) into changed from written;
       if changed is not null then perform rewards.book_slots(changed, at); end if;
       return coalesce(cardinality(changed), 0);
     end $$`,
  // the ledger follows the value: what is missing is given, what is too much taken back
  `create function rewards.book_slots(users text[], at timestamptz) returns void language plpgsql
     set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = auto as $$
     declare differing text[];
     begin
       select array_agg(b.user_id order by b.user_id) into differing from (
         select b.user_id from rewards.batch_reward b where b.user_id = any(users) and b.slots <> b.booked order by b.user_id for no key update) b;
       if differing is null then return; end if;
       perform rewards.open_accounts(differing, 'slots');
       insert into rewards.transfer (debit_account, credit_account, unit, amount, reason, reference, created_at)
         select case when b.slots > b.booked then p.id else a.id end, case when b.slots > b.booked then a.id else p.id end,
           'slots', abs(b.slots - b.booked), case when b.slots > b.booked then 'bonus' else 'clawback' end, 'batch-reward', at
         from rewards.batch_reward b
         join rewards.account a on a.user_id = b.user_id and a.unit = 'slots' and a.kind = 'available'
         join rewards.account p on p.user_id is null and p.unit = 'slots' and p.kind = 'programme'
         where b.user_id = any(differing) order by b.user_id;
       update rewards.batch_reward set booked = slots where user_id = any(differing);
     end $$`,
];
