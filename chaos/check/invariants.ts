import type pg from 'pg';
import { difference, type Difference } from './difference.js';

/** Rows that must not be, by invariant. */
const MUST_BE_EMPTY: Record<string, string> = {
  'R1 one referrer per referee': 'select referee_id, count(*) from relationships.referral group by 1 having count(*) > 1',
  'R4 no cycle': `with recursive up as (
      select referee_id as start, referrer_id as user_id from relationships.referral
      union select up.start, r.referrer_id from up join relationships.referral r on r.referee_id = up.user_id)
    select start from up where user_id = start`,
  'R6 use counts': `select u.code_id, u.uses, n.count from relationships.code_use u
    full join (select code_id, count(*) as count from relationships.referral group by 1) n using (code_id) where u.uses is distinct from n.count`,
  'R6 use counts as codes shows them': `select c.id, c.uses_count, n.count from codes.code c
    left join (select code_id, count(*) as count from relationships.referral group by 1) n on n.code_id = c.id where c.uses_count <> coalesce(n.count, 0)`,
  'R6 no code is used once too often': `select c.id, c.max_uses, count(*) from codes.code c join relationships.referral r on r.code_id = c.id
    group by 1, 2 having count(*) > c.max_uses`,
  'a referrer owns the code': `select r.id from relationships.referral r left join codes.code c on c.id = r.code_id and c.user_id = r.referrer_id where c.id is null`,
  'rooms agree on who referred whom': `select r.id from relationships.referral r full join rewards.referral w using (id)
    where (r.referrer_id, r.referee_id, r.registered_at) is distinct from (w.referrer_id, w.referee_id, w.registered_at)`,
  'L1 a transfer has two accounts of its unit': `select t.id from rewards.transfer t
    left join rewards.account d on d.id = t.debit_account and d.unit = t.unit left join rewards.account c on c.id = t.credit_account and c.unit = t.unit
    where d.id is null or c.id is null`,
  'L3 balances = recount': `select a.id, a.balance, n.sum from rewards.account a
    left join (select account, sum(amount) as sum from (
        select credit_account as account, amount from rewards.transfer union all select debit_account, -amount from rewards.transfer) s group by 1) n on n.account = a.id
    where a.user_id is not null and a.balance <> coalesce(n.sum, 0)`,
  // what the programme gave, by its own transfers, is what users hold, by their balances
  'L4 sum of the ledger': `select unit, coalesce(sum(a.balance), 0) + coalesce((
        select sum(case when p.id = t.credit_account then t.amount else -t.amount end)
        from rewards.account p join rewards.transfer t on p.id in (t.credit_account, t.debit_account) where p.user_id is null and p.unit = a.unit), 0) as sum
    from rewards.account a group by unit having coalesce(sum(a.balance), 0) + coalesce((
        select sum(case when p.id = t.credit_account then t.amount else -t.amount end)
        from rewards.account p join rewards.transfer t on p.id in (t.credit_account, t.debit_account) where p.user_id is null and p.unit = a.unit), 0) <> 0`,
  'L5 one bonus per grant key': 'select referral_id, family, trigger, party, app_id from rewards.bonus group by 1, 2, 3, 4, 5 having count(*) > 1',
  'L8 no more is taken back than was given': 'select id, amount, held, taken_back from rewards.bonus where held + taken_back > amount',
  'L11 no balance below zero but debt': "select id from rewards.account where user_id is not null and kind <> 'debt' and balance < 0",
  // held + taken back + what came into the balance make a bonus; debts and redemptions are what the balance lacks; days and slots have books of their own
  'bonuses = balances': `with booked as (
      select user_id, unit, sum(amount - held - taken_back) filter (where status <> 'rejected') as given, sum(held) as held
      from rewards.bonus group by 1, 2),
    spent as (select user_id, unit, sum(amount) as amount from rewards.redemption group by 1, 2),
    stored as (select user_id, unit, sum(balance) filter (where kind in ('available', 'debt')) as balance, sum(balance) filter (where kind = 'held') as held
      from rewards.account where user_id is not null group by 1, 2)
    select user_id, unit, b.given, s.amount as spent, a.balance, b.held, a.held as held_balance
    from stored a full join booked b using (user_id, unit) left join spent s using (user_id, unit)
    where coalesce(b.held, 0) <> coalesce(a.held, 0)
      or (unit not in ('access_days', 'slots') and coalesce(b.given, 0) - coalesce(s.amount, 0) <> coalesce(a.balance, 0))`,
  'a rejected bonus has nothing': "select id, held, taken_back from rewards.bonus where status = 'rejected' and (held <> 0 or taken_back <> 0)",
  'every bonus is assessed': "select id from rewards.bonus where status = 'pending'",
  'S3 nothing is released before its time': `select id, created_at, released_at from rewards.bonus
    where decision = 'hold' and released_at < created_at + interval '48 hours'`,
  'S1 what is due is released': `select id, hold_until from rewards.bonus where hold_until is not null and hold_until < common.now() - interval '2 minutes'`,
  'L7 a score of 60 waits for a person': `select b.id, b.score from rewards.bonus b where b.decision = 'review' and b.status = 'paid'`,
  'paid days are open': `select b.id from rewards.bonus b where b.family = 'access' and b.status = 'paid'
    and not exists (select from rewards.access_grant g where g.bonus_id = b.id and g.days = b.amount)`,
  'days are opened once, and for no other reason': `select g.id from rewards.access_grant g left join rewards.bonus b on b.id = g.bonus_id
    where b.id is null or not b.was_paid or g.valid_until > g.valid_from + g.days * interval '24 hours'`,
  'days follow one another': `select g.id, n.id as other from rewards.access_grant g join rewards.access_grant n on n.user_id = g.user_id and n.id > g.id
    where g.valid_from < n.valid_until and n.valid_from < g.valid_until and g.valid_until > g.valid_from and n.valid_until > n.valid_from`,
  'levels = payments': `select r.referrer_id, k.paid_count, count(*) filter (where r.paying_count > 0 and not r.is_rejected) as recount
    from rewards.referral r join rewards.referrer k on k.user_id = r.referrer_id
    left join (select referral_id, count(*) as count from rewards.payment where status = 'settled' and not is_revoked group by 1) p on p.referral_id = r.id
    group by 1, 2 having k.paid_count <> count(*) filter (where r.paying_count > 0 and not r.is_rejected) or bool_or(r.paying_count <> coalesce(p.count, 0))`,
  'tiers = qualifications': `select k.user_id, k.qualified_count, n.count from rewards.referrer k
    left join (select w.referrer_id, count(*) as count from rewards.referral w join relationships.referral r using (id)
      where r.qualified_at is not null and not w.is_rejected group by 1) n on n.referrer_id = k.user_id where k.qualified_count <> coalesce(n.count, 0)`,
  'statistics = their facts': `select day, app_id from (
      select day, app_id, registrations, activations, qualifications, retentions, credits_paid, credits_held, fraud_blocked from insights.daily
      union all select day, app_id, -registrations, -activations, -qualifications, -retentions, -credits_paid, -credits_held, -fraud_blocked from insights.daily_fact) s
    group by 1, 2 having sum(registrations) <> 0 or sum(activations) <> 0 or sum(qualifications) <> 0 or sum(retentions) <> 0
      or sum(credits_paid) <> 0 or sum(credits_held) <> 0 or sum(fraud_blocked) <> 0`,
  'statistics = recount: registrations': `select day, app_id from (
      select day, app_id, registrations as n from insights.daily
      union all select (registered_at at time zone 'utc')::date, coalesce(source_app_id, ''), -1 from relationships.referral) s group by 1, 2 having sum(n) <> 0`,
  'statistics = recount: activations': `select * from (select coalesce(sum(activations), 0) as told from insights.daily) a,
    (select count(*) as stored from relationships.referral where activated_at is not null) b where told <> stored`,
  // what a dispute took that was there before its payment is never told as paid
  'statistics = recount: credits paid': `select * from (select coalesce(sum(credits_paid), 0) as told from insights.daily) a,
    (select coalesce(sum(amount), 0) as stored from rewards.bonus b where unit = 'credits' and was_paid
       and b.id::text in (select aggregate_id from rewards.outbox where type in ('bonus.paid', 'bonus.released'))) b where told <> stored`,
  'statistics = recount: leaderboard': `select s.user_id, s.qualified, n.count from insights.standing s
    left join (select r.referrer_id, count(*) as count from relationships.referral r join rewards.referral w using (id)
      where r.qualified_at is not null and not w.is_rejected group by 1) n on n.referrer_id = s.user_id
    where s.period = date '0001-01-01' and s.qualified <> coalesce(n.count, 0)`,
  'statistics = recount: funnel': `select * from (select stage, referrals from insights.funnel) f
    full join (select 'registered' as stage, count(*) as count from relationships.referral
      union all select 'activated', count(activated_at) from relationships.referral
      union all select 'qualified', count(qualified_at) from relationships.referral
      union all select 'retained', count(retained_at) from relationships.referral) r using (stage)
    where coalesce(f.referrals, 0) <> coalesce(r.count, 0)`,
  'payments are known to relationships': `select p.id from rewards.payment p left join relationships.payment_fact f on f.payment_id = p.id
    where p.status = 'settled' and f.payment_id is null`,
  'referrers hear of each registration once': `select r.id, n.count from relationships.referral r
    left join (select body -> 'data' ->> 'referralId' as id, count(*) as count from notifications.outbox
      where type = 'notification.referrer' and body -> 'data' ->> 'kind' = 'registration' group by 1) n on n.id = r.id::text where coalesce(n.count, 0) <> 1`,
};

/** Looks for rows that break an invariant, whatever was sent. */
export async function checkInvariants(owner: pg.Pool): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const [invariant, sql] of Object.entries(MUST_BE_EMPTY)) {
    const { rows } = await owner.query(sql).catch((error: Error) => Promise.reject(new Error(`${invariant}: ${error.message}`)));
    found.push(...difference(invariant, rows));
  }
  return found;
}
