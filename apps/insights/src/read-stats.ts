import type { DailyStats, insights, Input, Reply } from '@referrals/contracts';
import { DAY, Refusal, shift, STAGES, type Stage } from '@referrals/domain';
import type { Database } from '@referrals/persistence';

type Contracts = typeof insights;
type Counts = Omit<DailyStats, 'date' | 'appId'>;

const SUMS = `coalesce(sum(registrations), 0)::bigint as registrations, coalesce(sum(activations), 0)::bigint as activations,
  coalesce(sum(qualifications), 0)::bigint as qualifications, coalesce(sum(retentions), 0)::bigint as retentions,
  coalesce(sum(credits_paid), 0)::bigint as "creditsPaid", coalesce(sum(credits_held), 0)::bigint as "creditsHeld",
  coalesce(sum(fraud_blocked), 0)::bigint as "fraudBlocked"`;

export const DAILY = `select to_char(d.day, 'YYYY-MM-DD') as date, $3::text as "appId", ${SUMS}
  from generate_series($1::date, $2::date, interval '1 day') as d(day)
  left join daily on daily.day = d.day::date and ($3::text is null or daily.app_id = $3)
  group by d.day order by d.day`;

const DAYS_UNLESS_TOLD = 30;
/** PostgreSQL knows no year 0. */
const FIRST_DAY = Date.parse('0001-01-01');
/** Five years: as many rows as a message of the broker holds, which ends at 512 KiB. */
const DAYS_AT_MOST = 1_830;

/** One row per day from `from` to `to`, both included, for one app or all. @throws Refusal `invalid_request` */
export async function readDaily(db: Database, { from, to, appId }: Input<Contracts['daily']>): Promise<Reply<Contracts['daily']>> {
  const last = to ?? dayOf(await db.now());
  const first = from ?? dayOf(new Date(Math.max(FIRST_DAY, shift(new Date(last), -(DAYS_UNLESS_TOLD - 1) * DAY).getTime())));
  const days = (Date.parse(last) - Date.parse(first)) / DAY + 1;
  if (days < 1) throw new Refusal('invalid_request', { errors: [{ path: 'to', message: 'before `from`' }] });
  if (days > DAYS_AT_MOST) throw new Refusal('invalid_request', { errors: [{ path: 'from', message: `at most ${DAYS_AT_MOST} days` }] });
  return { data: await db.rows<DailyStats>(DAILY, [first, last, appId ?? null]) };
}

const dayOf = (instant: Date): string => instant.toISOString().slice(0, 10);

const LIABILITY = `select to_char(hold_until at time zone 'utc', 'YYYY-MM-DD') as "releaseDate", unit, sum(amount - gone)::bigint as amount, count(*) as bonuses
  from bonus where status = 'held' group by 1, 2 order by 1 nulls last, 2`;

/** The totals count what happened, the funnel where referrals stand now: a qualification that was revoked is in the former alone. */
export async function readOverview(db: Database): Promise<Reply<Contracts['overview']>> {
  const [[totals], reached, liability] = await Promise.all([
    db.rows<Counts>(`select ${SUMS} from daily`),
    db.rows<{ stage: Stage; referrals: number }>('select stage, referrals from funnel'),
    db.rows<Reply<Contracts['overview']>['liability'][number]>(LIABILITY),
  ]);
  const countOf = new Map(reached.map(({ stage, referrals }) => [stage, referrals]));
  const registered = countOf.get('registered') ?? 0;
  const funnel = STAGES.map((stage) => {
    const count = countOf.get(stage) ?? 0;
    return { stage, count, share: registered === 0 ? 0 : Math.round((count * 10_000) / registered) / 10_000 };
  });
  return { totals: totals!, funnel, liability };
}

const LEADERS = `select s.user_id as "userId", p.short_name as name, s.qualified, s.credits
  from standing s left join person p on p.user_id = s.user_id
  where s.period = case when $1 = 'month' then date_trunc('month', common.now() at time zone 'utc')::date else date '0001-01-01' end
    and (s.qualified > 0 or s.credits > 0)
  order by s.period, s.qualified desc, s.credits desc, s.user_id limit $2`;

export async function readLeaderboard(db: Database, { period, limit }: Input<Contracts['leaderboard']>): Promise<Reply<Contracts['leaderboard']>> {
  return { data: await db.rows(LEADERS, [period, limit]) };
}
