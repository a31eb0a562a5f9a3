import type pg from 'pg';
import { difference, type Difference } from './check/difference.js';

/** Holds that become due minute by minute, so many of them in each. */
export interface DueHolds {
  /** the first ones are due a minute later; a whole minute */
  start: Date;
  minutes: number;
  perMinute: number;
}

const REFERRALS_OF_ONE = 10;
/** `$1` start, `$2` minutes, `$3` holds per minute. Held for 48 hours, each of them until its own minute. */
const FILL = [
  `create temp table hold as select gen_random_uuid() as referral_id, gen_random_uuid() as bonus_id, gen_random_uuid() as transfer_id,
     'referrer-' || n / ${REFERRALS_OF_ONE} as referrer_id, 'referee-' || n as referee_id,
     $1::timestamptz + interval '1 minute' * (1 + n / $3) - interval '48 hours' as at
   from generate_series(0, $2::int * $3::int - 1) n`,
  'alter table relationships.referral disable trigger referral_closes_no_loop',
  `insert into relationships.referral (id, referrer_id, referee_id, code_id, code_type, registered_at, arrived_at)
   select referral_id, referrer_id, referee_id, gen_random_uuid(), 'auto', at, at from hold`,
  'alter table relationships.referral enable always trigger referral_closes_no_loop',
  'insert into rewards.referral (id, referrer_id, referee_id, registered_at) select referral_id, referrer_id, referee_id, at from hold',
  `select rewards.open_accounts(array_agg(distinct referrer_id), 'credits') from hold`,
  `insert into rewards.bonus (id, referral_id, user_id, party, family, event, trigger, unit, base, multiplier, amount, tier, qualified_count, programme_version,
     triggered_at, status, decision, score, hold_reason, hold_until, claim_at, sequence, ledger_entry_ids, created_at, was_paid, held)
   select bonus_id, referral_id, referrer_id, 'referrer', 'stage', 'registered', 'registered', 'credits', 5, 10000, 5, 'bronze', 0, common.programme_version(),
     at, 'held', 'hold', 30, 'score', at + interval '48 hours', at, 1, array[transfer_id], at, false, 5 from hold`,
  `insert into rewards.transfer (id, debit_account, credit_account, unit, amount, reason, bonus_id, created_at)
   select transfer_id, p.id, a.id, 'credits', 5, 'hold', bonus_id, at
   from hold join rewards.account a on a.user_id = referrer_id and a.unit = 'credits' and a.kind = 'held'
     cross join (select id from rewards.account where user_id is null and unit = 'credits' and kind = 'programme') p`,
  'drop table hold',
];

export async function fillWithHolds(owner: pg.Pool, { start, minutes, perMinute }: DueHolds): Promise<void> {
  const client = await owner.connect();
  try {
    await client.query('begin');
    for (const sql of FILL) await client.query(sql, sql.includes('$1') ? [start, minutes, perMinute] : []);
    await client.query('commit');
    await client.query('vacuum analyze');
  } finally {
    client.release();
  }
}

/** Rows that must not be. */
const HOLDS_RELEASED_ONCE: Record<string, string> = {
  'every hold is released exactly once': `select b.id, b.status, b.held, t.count as transfers, t.amount, o.count as events from rewards.bonus b
    left join (select bonus_id, count(*), sum(amount) as amount from rewards.transfer where reason = 'release' group by 1) t on t.bonus_id = b.id
    left join (select aggregate_id, count(*) from rewards.outbox where type = 'bonus.released' group by 1) o on o.aggregate_id = b.id::text
    where (b.status, b.held, b.sequence, t.count, t.amount, o.count) is distinct from ('paid', 0::bigint, 2::bigint, 1::bigint, b.amount::numeric, 1::bigint)`,
  'none is released before its time': `select id, created_at, released_at from rewards.bonus where released_at < created_at + interval '48 hours'`,
  'every balance is what was released to it': `select a.user_id, a.kind, a.balance from rewards.account a
    left join (select user_id, sum(amount) as amount from rewards.bonus group by 1) b on b.user_id = a.user_id
    where a.user_id is not null and a.balance <> case a.kind when 'available' then b.amount else 0 end`,
};

export async function checkHolds(owner: pg.Pool): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const [invariant, sql] of Object.entries(HOLDS_RELEASED_ONCE)) found.push(...difference(invariant, (await owner.query(sql)).rows));
  return found;
}
