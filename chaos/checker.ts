import type pg from 'pg';
import { SUBSCRIPTIONS, ROOMS } from '@referrals/contracts';
import type { Sent } from './workload.js';

/** A broken promise, by its name, with what shows it. */
export interface Difference {
  invariant: string;
  detail: unknown;
}

const textOf = (value: unknown): string => JSON.stringify(value);

/** Rows that must not be, by invariant. */
const MUST_BE_EMPTY: Record<string, string> = {
  'R1 one referrer per referee': 'select referee_id, count(*) from relationships.referral group by 1 having count(*) > 1',
  'R4 no cycle': `with recursive up as (
      select referee_id as start, referrer_id as user_id from relationships.referral
      union select up.start, r.referrer_id from up join relationships.referral r on r.referee_id = up.user_id)
    select start from up where user_id = start`,
  'R6 use counts': `select u.code_id, u.uses, n.count from relationships.code_use u
    full join (select code_id, count(*) as count from relationships.referral group by 1) n using (code_id) where u.uses is distinct from n.count`,
  'R6 use counts as codes shows them': `select c.id, c.uses_count, u.uses from codes.code c left join relationships.code_use u on u.code_id = c.id
    where c.uses_count <> coalesce(u.uses, 0)`,
  'L3 balances = recount': `select a.id, a.balance, n.sum from rewards.account a
    join lateral (select coalesce(sum(case when t.credit_account = a.id then t.amount else -t.amount end), 0) as sum
                  from rewards.transfer t where a.id in (t.credit_account, t.debit_account)) n on true
    where a.user_id is not null and a.balance <> n.sum`,
  'L4 sum of the ledger': `select unit, sum(amount) from (
      select t.unit, t.amount from rewards.transfer t union all select t.unit, -t.amount from rewards.transfer t) x group by 1 having sum(amount) <> 0`,
  'L5 one bonus per grant key': `select referral_id, family, trigger, party, app_id from rewards.bonus group by 1, 2, 3, 4, 5 having count(*) > 1`,
  'L11 no balance below zero but debt': "select * from rewards.account where user_id is not null and kind <> 'debt' and balance < 0",
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
  'cashback of every payment of a referee': `select p.id from rewards.payment p join rewards.referral r on r.referee_id = p.user_id
    where p.status = 'settled' and p.occurred_at >= r.registered_at and (p.referral_id is distinct from r.id
      or not exists (select from rewards.bonus b where b.payment_id = p.id and b.family = 'cashback'))`,
  'levels = payments': `select r.referrer_id, k.paid_count, count(*) filter (where r.paying_count > 0 and not r.is_rejected) as recount
    from rewards.referral r join rewards.referrer k on k.user_id = r.referrer_id
    group by 1, 2 having k.paid_count <> count(*) filter (where r.paying_count > 0 and not r.is_rejected)
      or bool_or(r.paying_count <> (select count(*) from rewards.payment p where p.referral_id = r.id and p.status = 'settled' and not p.is_revoked))`,
  'every bonus is assessed': "select id from rewards.bonus where status = 'pending'",
  // a referrer and a referee each at registration, the referrer once at each further stage and for each further app
  'bonuses = model': `with expected as (
      select id as referral_id, 'registered' as event, 'referrer' as party, null as app_id from relationships.referral
      union all select id, 'registered', 'referee', null from relationships.referral
      union all select id, 'activated', 'referrer', null from relationships.referral where activated_at is not null
      union all select id, 'qualified', 'referrer', null from relationships.referral where qualified_at is not null
      union all select id, 'cross_app', 'referrer', app from relationships.referral, unnest(told_apps) app),
    actual as (select referral_id, event, party, app_id from rewards.bonus where family = 'stage')
    (select 'missing' as what, * from (select * from expected except all select * from actual) m)
    union all (select 'too many', * from (select * from actual except all select * from expected) t)`,
  'stages = facts': `select r.id, r.stage, r.activated_at, r.qualified_at from relationships.referral r
    cross join lateral (select min(occurred_at) as at from relationships.payment_fact p
      where p.user_id = r.referee_id and p.occurred_at >= r.registered_at and not p.revoked) paid
    cross join lateral (select min(occurred_at) as at from relationships.activity a where a.user_id = r.referee_id and (
      (a.kind = 'trial_started' and a.occurred_at >= r.registered_at) or
      (a.kind in ('credit_used', 'app_used') and a.occurred_at >= r.registered_at + interval '5 minutes'))) used
    where r.qualified_at is distinct from paid.at or r.activated_at is distinct from least(paid.at, used.at)`,
  'payments are known to relationships': `select p.id from rewards.payment p left join relationships.payment_fact f on f.payment_id = p.id
    where p.status = 'settled' and f.payment_id is null`,
};

/** Compares everything that is stored with everything that was said. */
export async function check(owner: pg.Pool, history: Sent[]): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const [invariant, sql] of Object.entries(MUST_BE_EMPTY)) {
    const { rows } = await owner.query(sql);
    if (rows.length > 0) found.push({ invariant, detail: rows.slice(0, 3) });
  }
  return [...found, ...(await checkHistory(owner, history)), ...(await checkDelivery(owner))];
}

/** Every acknowledged request is there, and nothing is there that nobody sent. */
async function checkHistory(owner: pg.Pool, history: Sent[]): Promise<Difference[]> {
  const found: Difference[] = [];
  const compare = (what: string, stored: Set<string>, path: string, keyOf: (sent: Sent) => string): void => {
    const sent = history.filter((entry) => entry.path === path && entry.tries > 0);
    const acknowledged = sent.filter(({ status }) => status !== null && status < 300).map(keyOf);
    const lost = acknowledged.filter((key) => !stored.has(key));
    const attempted = new Set(sent.map(keyOf));
    const unexpected = [...stored].filter((key) => !attempted.has(key));
    if (lost.length > 0) found.push({ invariant: `${what}: acknowledged and lost`, detail: lost.slice(0, 5) });
    if (unexpected.length > 0) found.push({ invariant: `${what}: there, but never sent`, detail: unexpected.slice(0, 5) });
  };
  const read = async (sql: string): Promise<Set<string>> => new Set((await owner.query<{ key: string }>(sql)).rows.map(({ key }) => key));
  const codes = new Map((await owner.query<{ code: string; user_id: string }>('select code, user_id from codes.code')).rows.map((row) => [row.code, row.user_id]));
  compare(
    'registrations', await read(`select referee_id || ' by ' || referrer_id as key from relationships.referral`), '/v1/referrals',
    ({ body }) => `${String(body['refereeId'])} by ${codes.get(String(body['code']))}`,
  );
  compare(
    'activities', await read(`select id || ' ' || user_id || ' ' || kind as key from relationships.activity`), '/v1/activity',
    ({ body }) => [body['id'], body['userId'], body['kind']].join(' '),
  );
  compare(
    'payments', await read(`select id || ' ' || user_id || ' ' || amount || ' ' || status as key from rewards.payment`), '/v1/payments',
    ({ body }) => [body['id'], body['userId'], body['amount'], body['status']].join(' '),
  );
  return found;
}

/** Every event is in every inbox that asked for it, and nothing waits or was put aside. */
async function checkDelivery(owner: pg.Pool): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const room of ROOMS) {
    const unsent = await owner.query(`select id from ${room}.outbox_unsent limit 3`);
    if (unsent.rows.length > 0) found.push({ invariant: `${room}: nothing waits in the outbox`, detail: unsent.rows });
    const dead = await owner.query(`select type, error from ${room}.dead_letter limit 3`);
    if (dead.rows.length > 0) found.push({ invariant: `${room}: no dead letters`, detail: dead.rows });
  }
  for (const lacking of await missingEvents(owner)) found.push({ invariant: 'E5 every event is received', detail: textOf(lacking) });
  return found;
}

export interface Missing {
  producer: string;
  consumer: string;
  count: number;
}

export async function missingEvents(owner: pg.Pool): Promise<Missing[]> {
  const missing: Missing[] = [];
  for (const [consumer, kinds] of Object.entries(SUBSCRIPTIONS)) {
    if (kinds.length === 0) continue;
    for (const producer of ROOMS) {
      const { rows } = await owner.query<{ count: number }>(
        `select count(*)::int as count from ${producer}.outbox o where o.type = any($1)
         and not exists (select from ${consumer}.inbox i where i.event_id = o.id)`, [kinds.map(({ type }) => type)]);
      if (rows[0]!.count > 0) missing.push({ producer, consumer, count: rows[0]!.count });
    }
  }
  return missing;
}
