import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';
import { COMPUTED } from './batch-rewards.js';

/** The ledger of slots follows the batch rewards by sets, however many change at once; what was spent before it is taken back becomes a debt. */
export class RewardsSlots extends Migration {
  override up(): void {
    for (const sql of STATEMENTS) this.addSql(sql);
  }
}

/** However few rows the planner may expect of a young table: each side is read once, and nothing is compared with everything. */
const BY_SETS = `set_config('enable_seqscan', 'on', true), set_config('enable_hashjoin', 'on', true), set_config('enable_nestloop', 'off', true)`;
const MANY = 1_000;

const UNKNOWN = `exists (select from added t
       left join account d on d.id = t.debit_account and d.unit = t.unit
       left join account c on c.id = t.credit_account and c.unit = t.unit
       where d.id is null or c.id is null)`;
// in the order of their ids, whoever comes: two groups with the same accounts never wait for each other in a circle
const LOCKED = `from account a where a.balance is not null
       and a.id in (select debit_account from added union select credit_account from added)
       order by a.id for no key update`;
const MOVED = `update account a set balance = a.balance + moved.amount
       from (select side.account, sum(side.amount)::bigint as amount from added t
             cross join lateral (values (t.debit_account, -t.amount), (t.credit_account, t.amount)) as side (account, amount)
             group by side.account) as moved
       where a.id = moved.account and a.balance is not null and moved.amount <> 0`;

const STATEMENTS = [
  // What a group of payments posts goes the way it always went. Thousands at once are planned for themselves: a plan kept from when there were few
  // accounts would compare each with all.
  `create or replace function rewards.post_transfers() returns trigger language plpgsql security definer set search_path = rewards, pg_temp
     set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_nestloop = on as $$
     declare is_unknown boolean; are_many boolean := (select count(*) > ${MANY} from added);
     begin
       if are_many then
         perform ${BY_SETS};
         execute $q$select ${UNKNOWN}$q$ into is_unknown;
       else
         is_unknown := ${UNKNOWN};
       end if;
       if is_unknown then raise exception 'a transfer names two accounts of its unit' using errcode = 'foreign_key_violation'; end if;
       if are_many then
         execute $q$select ${LOCKED}$q$;
         execute $q$${MOVED}$q$;
       else
         perform ${LOCKED};
         ${MOVED};
       end if;
       return null;
     end $$`,
  // locks what there is, in the order in which everybody locks accounts, and only then opens what is missing
  `create function rewards.open_slot_accounts(users text[], were int[]) returns void language plpgsql security definer
     set search_path = rewards, pg_temp set plan_cache_mode = force_custom_plan as $$
     begin
       perform from unnest(users) u join account a on a.user_id = u and a.unit = 'slots' order by a.id for no key update of a;
       insert into account (user_id, unit, kind, balance)
         select u, 'slots', 'available', 0 from unnest(users) u
         where not exists (select from account a where a.user_id = u and a.unit = 'slots' and a.kind = 'available') order by u on conflict do nothing;
       insert into account (user_id, unit, kind, balance)
         select b.user_id, 'slots', 'debt', 0 from unnest(users, were) u (user_id, booked) join batch_reward b on b.user_id = u.user_id
         join account a on a.user_id = b.user_id and a.unit = 'slots' and a.kind = 'available'
         where a.balance < u.booked - b.slots order by b.user_id on conflict do nothing;
     end $$`,
  'revoke execute on function rewards.open_slot_accounts from public',
  grantTo('rewards', 'execute on function rewards.open_slot_accounts'),
  // What is missing is given, a debt first; what is too much is taken back from the balance, and the rest of it is owed. `fresh` were rewarded now for
  // the first time, and are noted as booked already.
  'drop function rewards.book_slots',
  `create function rewards.book_slots(users text[], fresh text[], at timestamptz) returns void language plpgsql
     set enable_seqscan = off set enable_hashjoin = on set enable_nestloop = on set plan_cache_mode = force_custom_plan set work_mem = '64MB' as $$
     declare differing text[]; were int[];
     begin
       if cardinality(users) > ${MANY} then perform ${BY_SETS}; end if;
       select array_agg(n.user_id), array_agg(n.booked) into differing, were from (
         select b.user_id, b.booked from (
           select b.user_id, b.booked from unnest(users) u join rewards.batch_reward b on b.user_id = u
           where b.slots <> b.booked order by b.user_id for no key update of b) b
         union all select f, 0 from unnest(fresh) f) n;
       if differing is null then return; end if;
       perform rewards.open_slot_accounts(differing, were);
       insert into rewards.transfer (debit_account, credit_account, unit, amount, reason, reference, created_at)
         select t.debit, t.credit, 'slots', t.amount, t.reason, 'batch-reward', at
         from unnest(differing, were) u (user_id, booked)
         join rewards.batch_reward b on b.user_id = u.user_id
         join rewards.account a on a.user_id = u.user_id and a.unit = 'slots' and a.kind = 'available'
         left join rewards.account d on d.user_id = u.user_id and d.unit = 'slots' and d.kind = 'debt'
         join rewards.account p on p.user_id is null and p.unit = 'slots' and p.kind = 'programme'
         cross join lateral (select greatest(b.slots - u.booked, 0) as more, greatest(u.booked - b.slots, 0) as less) n
         cross join lateral (values
           (1, p.id, a.id, n.more, 'bonus'), (2, a.id, d.id, least(n.more, coalesce(-d.balance, 0)), 'debt_repayment'),
           (3, a.id, p.id, least(n.less, a.balance), 'clawback'), (4, d.id, p.id, n.less - a.balance, 'debt')) as t (step, debit, credit, amount, reason)
         where t.amount > 0 order by b.user_id, t.step;
       update rewards.batch_reward b set booked = b.slots from unnest(differing) u where b.user_id = u and b.booked <> b.slots;
     end $$`,
  `create or replace function rewards.recompute_batch_rewards(first_user text, last_user text, rules json, free_plans text[]) returns int language plpgsql
     set enable_seqscan = on set plan_cache_mode = force_custom_plan set work_mem = '64MB' as $$
     declare
       at timestamptz := common.now(); cool_days int := rules ->> 'cooldownDays'; cooled_at timestamptz := at - cool_days * interval '24 hours';
       needs_ip boolean := rules ->> 'requireKnownIp'; group_size int := rules ->> 'groupSize'; per_group int := rules ->> 'slotsPerGroup';
       badge_names text[]; badge_from int[]; changed text[]; fresh text[];
     begin
       select array_agg(g.badge order by g."from"), array_agg(g."from" order by g."from") into badge_names, badge_from
         from json_to_recordset(rules -> 'badges') as g(badge text, "from" int);
       with counted as (${COMPUTED}),
       valued as (select c.*, c.candidates - c.cooldown - c.missing_ip - c.shared_ip - c.duplicate_ip as eligible from counted c),
       rewarded as (
         select v.*, v.eligible / group_size * per_group as slots, badge_names[width_bucket(v.eligible, badge_from)] as badge from valued v),
       written as (
         insert into rewards.batch_reward as b (user_id, referred_total, candidates, eligible, cooldown, missing_ip, shared_ip, duplicate_ip, cooldown_days,
           slots, booked, badge, computed_at)
         select w.user_id, w.referred_total, w.candidates, w.eligible, w.cooldown, w.missing_ip, w.shared_ip, w.duplicate_ip, cool_days,
           w.slots, w.slots, w.badge, at
         from rewarded w left join rewards.batch_reward k on k.user_id = w.user_id
         where (k.referred_total, k.candidates, k.eligible, k.cooldown, k.missing_ip, k.shared_ip, k.duplicate_ip, k.slots, k.badge, k.cooldown_days)
           is distinct from (w.referred_total, w.candidates, w.eligible, w.cooldown, w.missing_ip, w.shared_ip, w.duplicate_ip, w.slots, w.badge, cool_days)
         order by w.user_id
         on conflict (user_id) do update set referred_total = excluded.referred_total, candidates = excluded.candidates, eligible = excluded.eligible,
           cooldown = excluded.cooldown, missing_ip = excluded.missing_ip, shared_ip = excluded.shared_ip, duplicate_ip = excluded.duplicate_ip,
           cooldown_days = excluded.cooldown_days, slots = excluded.slots, badge = excluded.badge, computed_at = excluded.computed_at
         returning b.user_id, b.slots, xmax = 0 as is_new)
       select array_agg(user_id), array_agg(user_id) filter (where is_new and slots > 0) into changed, fresh from written;
       if changed is not null then perform rewards.book_slots(changed, fresh, at); end if;
       return coalesce(cardinality(changed), 0);
     end $$`,
];
