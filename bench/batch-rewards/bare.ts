/**
 * Referrers with referees of whom most are eligible; `flawed` is the share of those who fail a rule.
 */
export const seed = (referrers: number, referees: number, flawed: number): string => `
  insert into rewards.referral (id, referrer_id, referee_id, registered_at, ip_group, is_shared_ip)
    select rewards.uuid_v7(), 'referrer-' || lpad(n::text, 7, '0'), 'referee-' || n || '-' || k, common.now() - interval '20 days',
      'g' || case when random() < ${flawed / 5} then 0 else k end, random() < ${flawed / 5}
    from generate_series(1, ${referrers}) n, generate_series(1, ${referees}) k;
  insert into rewards.user_fact select referee_id, random() >= ${flawed / 5}, true,
    common.now() - interval '1 day' * (case when random() < ${flawed / 5} then 3 else 8 + random() * 40 end), registered_at, 1 from rewards.referral;
  insert into rewards.subscription (user_id, source, plan, status, started_at, expires_at, occurred_at)
    select referee_id, '', 'pro', case when random() < ${flawed / 5} then 'canceled' else 'active' end,
    common.now() - interval '1 day' * (8 + random() * 40), common.now() + interval '20 days', common.now() from rewards.referral;
  analyze rewards.referral, rewards.user_fact, rewards.subscription;
  create table bare (like rewards.batch_reward including all);
  create table bare_account (like rewards.account including all);
  create table bare_transfer (like rewards.transfer including all);
  insert into bare_account (unit, kind) values ('slots', 'programme')`;

/** The shortest SQL for the values: one subscription a user, every row written once. */
const VALUES = `insert into bare (user_id, referred_total, candidates, eligible, cooldown, missing_ip, shared_ip, duplicate_ip, cooldown_days, slots, badge, computed_at)
  with at as materialized (select common.now() as now)
  select user_id, total, candidates, eligible, cooldown, missing, shared, duplicate, 7, eligible / 3 * 5,
    case when eligible >= 10 then 'elite_referrer' when eligible >= 3 then 'verified_referrer' end, (select now from at)
  from (
    select referrer_id as user_id, count(*) as total, count(*) filter (where candidate) as candidates, count(*) filter (where candidate and reason = 1) as cooldown,
      count(*) filter (where candidate and reason = 2) as missing, count(*) filter (where candidate and reason = 3) as shared,
      count(ip_group) filter (where candidate and reason is null) - count(distinct ip_group) filter (where candidate and reason is null) as duplicate,
      count(distinct ip_group) filter (where candidate and reason is null) as eligible
    from (
      select r.referrer_id, r.ip_group, u.is_active and u.is_verified and s.status in ('active', 'past_due') and s.expires_at > at.now and s.plan <> 'free' as candidate,
        case when greatest(u.created_at, s.started_at) > at.now - interval '7 days' then 1 when r.ip_group is null then 2 when r.is_shared_ip then 3 end as reason
      from at cross join rewards.referral r left join rewards.user_fact u on u.user_id = r.referee_id
        left join rewards.subscription s on s.user_id = r.referee_id and s.source = '') judged
    group by referrer_id) counted`;

/** The values alone, and the values with what the ledger keeps of new slots, an account and a transfer each, in one statement that checks nothing. */
export const BARE = {
  values: VALUES,
  withLedger: `with reward as (${VALUES} returning user_id, slots),
    opened as (insert into bare_account (user_id, unit, kind, balance) select user_id, 'slots', 'available', slots from reward where slots > 0 returning id, balance)
    insert into bare_transfer (debit_account, credit_account, unit, amount, reason, reference, created_at)
    select p.id, o.id, 'slots', o.balance, 'bonus', 'batch-reward', common.now() from opened o join bare_account p on p.user_id is null`,
};

/** Before each round everything is new again; only a bench may do that to a ledger, on a database of its own. */
export const RESET = `truncate bare, bare_transfer, rewards.batch_reward; delete from bare_account where user_id is not null;
  alter table rewards.transfer disable trigger user; truncate rewards.transfer;
  alter table rewards.transfer enable always trigger transfer_is_posted, enable always trigger transfer_is_append_only;
  delete from rewards.account where user_id is not null; vacuum bare_account; vacuum rewards.account`;

export const DIFFERING = `select count(*)::int as differing from bare b full join rewards.batch_reward r using (user_id)
  where (b.referred_total, b.candidates, b.eligible, b.cooldown, b.missing_ip, b.shared_ip, b.duplicate_ip, b.slots, b.badge) is distinct from
    (r.referred_total, r.candidates, r.eligible, r.cooldown, r.missing_ip, r.shared_ip, r.duplicate_ip, r.slots, r.badge)`;
