import type { insights, Input, Reply } from '@referrals/contracts';
import { DAY, shift } from '@referrals/domain';
import type { Database } from '@referrals/persistence';

const COLUMNS = ['registrations', 'activations', 'qualifications', 'retentions', 'credits_paid', 'credits_held', 'fraud_blocked'];

/** The raw aggregation that `daily` spares its readers. */
export const RECOUNT = `select day, app_id, ${COLUMNS.map((column) => `sum(${column})::bigint as ${column}`).join(', ')}
  from daily_fact where day >= $1::date and day < $2::date group by day, app_id`;

const DIFFERENCES = `with counted as (${RECOUNT}), kept as (select * from daily where day >= $1::date and day < $2::date)
  select to_char(coalesce(c.day, k.day), 'YYYY-MM-DD') as day, coalesce(c.app_id, k.app_id) as app
  from counted c full join kept k on k.day = c.day and k.app_id = c.app_id
  where ${COLUMNS.map((column) => `coalesce(c.${column}, 0) <> coalesce(k.${column}, 0)`).join(' or ')} order by 1, 2`;

/** A fact may be older than every day that is kept. */
const BEGINNING = `select to_char(least(kept.first, (select min(day) from daily_fact where day < coalesce(kept.first, 'infinity'))), 'YYYY-MM-DD') as day,
  to_char(common.now() at time zone 'utc', 'YYYY-MM-DD') as today from (select min(day) as first from daily) kept`;

/** Compares some days with a recount of their facts; goes on from `cursor` until today. */
export async function recount(db: Database, { from, days }: Input<typeof insights.recount>): Promise<Reply<typeof insights.recount>> {
  const [row] = await db.rows<{ day: string | null; today: string }>(BEGINNING);
  const first = from ?? row!.day ?? row!.today;
  const end = shift(new Date(first), days * DAY).toISOString().slice(0, 10);
  const differing = await db.rows<{ day: string; app: string }>(DIFFERENCES, [first, end]);
  const more = end <= row!.today;
  return { processed: days, changed: 0, more, cursor: more ? end : null, differences: differing.map(({ day, app }) => (app === '' ? day : `${day} ${app}`)) };
}
