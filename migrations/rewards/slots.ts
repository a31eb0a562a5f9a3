import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';
import { COMPUTED } from './batch-rewards.js';

/** The ledger of slots follows the batch rewards by sets, however many change at once; what was spent before it is taken back becomes a debt. */
export class RewardsSlots extends Migration {
  override up(): void {
    for (const sql of STATEMENTS) this.addSql(sql);
  }
}

/**
 * However few rows the planner expects of a young table: each side reads by its index the rows that it is told, and hashes join them. Statements under these
 * settings need no nested loop at all, because the penalty of one that cannot be avoided hides what every other plan costs.
 */
const BY_SETS = { enable_seqscan: 'off', enable_nestloop: 'off', enable_hashjoin: 'on' };
const setForFunction = Object.entries(BY_SETS).map(([name, value]) => `set ${name} = ${value}`).join(' ');
const setFromHere = Object.entries(BY_SETS).map(([name, value]) => `set_config('${name}', '${value}', true)`).join(', ');
const MANY = 1_000;

const unknownAmong = (accounts: string): string => `exists (select from added t
         left join ${accounts} d on d.id = t.debit_account and d.unit = t.unit
         left join ${accounts} c on c.id = t.credit_account and c.unit = t.unit
         where d.id is null or c.id is null)`;
const TOUCHED = 'select debit_account from added union select credit_account from added';
// in the order of their ids, whoever comes: two groups with the same accounts never wait for each other in a circle
const locked = (ids: string): string => `from account a where a.balance is not null and a.id ${ids} order by a.id for no key update`;
const moved = (only = ''): string => `update account a set balance = a.balance + moved.amount
         from (select side.account, sum(side.amount)::bigint as amount
               from (select debit_account as account, -amount as amount from added union all select credit_account, amount from added) side
               group by side.account) as moved
         where a.id = moved.account and a.balance is not null and moved.amount <> 0${only}`;

const slotAccounts = (kind: 'available' | 'debt'): string =>
  `(select user_id, id, balance from account where user_id = any(users) and unit = 'slots' and kind = '${kind}')`;

const STATEMENTS = [
  // What a group of payments posts goes the way it always went. Thousands at once are planned for themselves: a plan kept from when there were few
  // accounts would compare each with all.
  `create or replace function rewards.post_transfers() returns trigger language plpgsql security definer set search_path = rewards, pg_temp
     set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_nestloop = on as $$
     declare is_unknown boolean; ids uuid[];
     begin
       if (select count(*) from added) > ${MANY} then
         perform ${setFromHere};
         ids := array(${TOUCHED});
         execute $q$select ${unknownAmong('(select id, unit from account where id = any($1))')}$q$ into is_unknown using ids;
       else
         is_unknown := ${unknownAmong('account')};
       end if;
       if is_unknown then raise exception 'a transfer names two accounts of its unit' using errcode = 'foreign_key_violation'; end if;
       if ids is not null then
         execute $q$select ${locked('= any($1)')}$q$ using ids;
         execute $q$${moved(' and a.id = any($1)')}$q$ using ids;
       else
         perform ${locked(`in (${TOUCHED})`)};
         ${moved()};
       end if;
       return null;
     end $$`,
  // locks what there is, in the order in which everybody locks accounts, and only then opens what is missing; `slots` are due, `were` are booked
  `create function rewards.open_slot_accounts(users text[], were int[], slots int[]) returns void language plpgsql security definer
     set search_path = rewards, pg_temp set plan_cache_mode = force_custom_plan ${setForFunction} as $$
     begin
       perform from account where user_id = any(users) and unit = 'slots' order by id for no key update;
       insert into account (user_id, unit, kind, balance)
         select u, 'slots', 'available', 0 from unnest(users) u left join ${slotAccounts('available')} a on a.user_id = u
         where a.id is null order by u on conflict do nothing;
       insert into account (user_id, unit, kind, balance)
         select a.user_id, 'slots', 'debt', 0 from unnest(users, were, slots) u (user_id, booked, slots) join ${slotAccounts('available')} a on a.user_id = u.user_id
         where a.balance < u.booked - u.slots order by a.user_id on conflict do nothing;
     end $$`,
  'revoke execute on function rewards.open_slot_accounts from public',
  grantTo('rewards', 'execute on function rewards.open_slot_accounts'),
  // What is missing is given, a debt first; what is too much is taken back from the balance, and the rest of it is owed. `fresh` were rewarded now for
  // the first time, and are noted as booked already.
  'drop function rewards.book_slots',
  `create function rewards.book_slots(changed text[], fresh text[], at timestamptz) returns void language plpgsql
     set search_path = rewards, pg_temp set plan_cache_mode = force_custom_plan set work_mem = '64MB' ${setForFunction} as $$
     declare users text[]; were int[]; slots int[]; available uuid[]; balances bigint[]; debts uuid[]; owed bigint[]; programme uuid;
     begin
       select array_agg(n.user_id), array_agg(n.booked), array_agg(n.slots) into users, were, slots from (
         select * from (
           select b.user_id, b.booked, b.slots from batch_reward b where b.user_id = any(changed) and b.slots <> b.booked order by b.user_id for no key update) b
         union all select b.user_id, 0, b.slots from batch_reward b where b.user_id = any(fresh)) n;
       if users is null then return; end if;
       perform rewards.open_slot_accounts(users, were, slots);
       programme := (select id from account where user_id is null and unit = 'slots' and kind = 'programme');
       select array_agg(u.booked), array_agg(u.slots), array_agg(a.id), array_agg(a.balance), array_agg(d.id), array_agg(coalesce(-d.balance, 0))
         into were, slots, available, balances, debts, owed
         from unnest(users, were, slots) u (user_id, booked, slots)
         join ${slotAccounts('available')} a on a.user_id = u.user_id left join ${slotAccounts('debt')} d on d.user_id = u.user_id;
       insert into transfer (debit_account, credit_account, unit, amount, reason, reference, created_at)
         select t.debit, t.credit, 'slots', t.amount, t.reason, 'batch-reward', at
         from unnest(were, slots, available, balances, debts, owed) u (booked, slots, available, balance, debt, owed)
         cross join lateral (select greatest(u.slots - u.booked, 0) as more, greatest(u.booked - u.slots, 0) as less) n
         cross join lateral (values
           (1, programme, u.available, n.more, 'bonus'), (2, u.available, u.debt, least(n.more, u.owed), 'debt_repayment'),
           (3, u.available, programme, least(n.less, u.balance), 'clawback'), (4, u.debt, programme, n.less - u.balance, 'debt')) as t (step, debit, credit, amount, reason)
         where t.amount > 0 order by u.available, t.step;
       update batch_reward b set booked = b.slots where b.user_id = any(users) and b.booked <> b.slots;
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
