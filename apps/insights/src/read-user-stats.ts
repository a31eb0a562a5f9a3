import type { UserStats } from '@referrals/contracts';
import { cashbackLevel, tierOf } from '@referrals/domain';
import type { Database } from '@referrals/persistence';

/** Of those who are shown alone. */
const NAME = '(select p.short_name from person p where p.user_id = m.referee_id) as name';

/**
 * Everything is read from the facts of the referrals that the user made. A payment counts from the registration on; the
 * first purchase or renewal is the conversion. What was rejected is shown and counts for neither tier nor level. Parameters: user, days of access per conversion.
 */
const STATS = `with
  mine as materialized (
    select id, referee_id, source_app_id, registered_at, activated_at, qualified_at, retained_at, is_rejected, paid_at, last_paid_at, converted_at
    from referral where referrer_id = $1),
  own as (select unit, event, amount - gone as amount, status from bonus where user_id = $1),
  happened as (
    select id, registered_at as at, 'registered' as event, referee_id, source_app_id from mine
    union all select id, activated_at, 'activated', referee_id, source_app_id from mine where activated_at is not null
    union all select id, qualified_at, 'qualified', referee_id, source_app_id from mine where qualified_at is not null
    union all select id, retained_at, 'retained', referee_id, source_app_id from mine where retained_at is not null
    union all select id, last_paid_at, 'payment', referee_id, source_app_id from mine where last_paid_at is not null)
  select
    (select json_build_object('invited', count(*), 'active', count(activated_at), 'converted', count(converted_at), 'paid', count(paid_at),
       'qualified', count(qualified_at), 'retained', count(retained_at), 'qualifiedForTier', count(qualified_at) filter (where not is_rejected),
       'paidForLevel', count(paid_at) filter (where not is_rejected)) from mine) as counts,
    (select coalesce(json_agg(a), '[]') from (
       select source_app_id as "appId", count(*) as invited, count(activated_at) as active, count(qualified_at) as qualified
       from mine group by 1 order by 2 desc, 1) a) as apps,
    (select json_build_object('earned', coalesce(sum(amount) filter (where status = 'paid'), 0),
       'pending', coalesce(sum(amount) filter (where status = 'held'), 0)) from own where unit = 'credits') as credits,
    (select coalesce(json_agg(c), '[]') from (
       select unit as currency, coalesce(sum(amount) filter (where status = 'paid'), 0) as earned, coalesce(sum(amount) filter (where status = 'held'), 0) as pending
       from own where event = 'cashback' group by unit order by unit) c) as cashback,
    (select coalesce(sum(amount), 0)::bigint from own where unit = 'access_days' and status = 'paid') as "accessDays",
    (select coalesce(json_agg(w), '[]') from (
       select ${NAME}, converted_at as "convertedAt", converted_at + make_interval(days => $2) as until from mine m
       where converted_at + make_interval(days => $2) > (select common.now()) order by converted_at desc limit 100) w) as conversions,
    (select coalesce(json_agg(h), '[]') from (
       select at, event, ${NAME}, source_app_id as "appId" from happened m order by at desc, event, id limit 10) h) as recent`;

interface Row {
  counts: { invited: number; active: number; converted: number; paid: number; qualified: number; retained: number; qualifiedForTier: number; paidForLevel: number };
  apps: UserStats['byApp'];
  credits: UserStats['credits'];
  cashback: UserStats['cashback'];
  accessDays: number;
  conversions: UserStats['conversionsInWindow'];
  recent: UserStats['recentActivity'];
}

const iso = (text: string): string => new Date(text).toISOString();

/** A user never heard of has zeroes. Tier and level are those of the programme in force. */
export async function readUserStats(db: Database, userId: string): Promise<UserStats> {
  const programme = await db.programme();
  const [row] = await db.rows<Row>(STATS, [userId, programme.access.days]);
  const { counts, apps, credits, cashback, accessDays, conversions, recent } = row!;
  const { level, rate, nextLevelAt, missing } = cashbackLevel(counts.paidForLevel, programme.cashback.levels);
  const tier = tierOf(counts.qualifiedForTier, programme.tiers);
  const recentActivity = recent.map((entry) => ({ ...entry, at: iso(entry.at) }));
  return {
    userId, invited: counts.invited, active: counts.active, converted: counts.converted, paid: counts.paid,
    byStage: { registered: counts.invited, activated: counts.active, qualified: counts.qualified, retained: counts.retained },
    byApp: apps, credits, cashback, accessDays,
    tier: { ...tier, progress: tier.progress / 100, qualifiedCount: counts.qualifiedForTier },
    level: { level, rate, nextLevelAt, referralsToNext: missing },
    conversionsInWindow: conversions.map((entry) => ({ ...entry, convertedAt: iso(entry.convertedAt), until: iso(entry.until) })),
    lastActivityAt: recentActivity[0]?.at ?? null,
    recentActivity,
  };
}
