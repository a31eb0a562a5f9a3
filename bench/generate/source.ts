/**
 * What is generated, before any room's tables: sharers with a code each and ten referrals of each, spread evenly over days of the past. Everything
 * follows from a referral's number, ids included, so that each room's rows are written by a statement of their own and still agree.
 */
export interface Plan {
  referrals: number;
  /** over how many days the registrations are spread */
  days: number;
  /** how long ago the last of them was; events older than 14 days are republished to nobody */
  endDaysAgo: number;
  /** hold the bonus that the referrer gets for a registration; time is about to release it */
  holds: boolean;
  /** fill the rooms' event logs too, the largest tables of all */
  events: boolean;
  /** the day that all days are counted from, as a literal in SQL: the same in every statement */
  today: string;
}

export const REFERRALS_PER_SHARER = 10;
export const sharersOf = ({ referrals }: Plan): number => Math.ceil(referrals / REFERRALS_PER_SHARER);

/** Ids are time-ordered, as the product's. */
export const UUID_OF = `create or replace function pg_temp.uuid_of(at timestamptz, kind text, n bigint) returns uuid language sql immutable as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(kind || n), 1, 3) || '8' || substr(md5(kind || n), 4, 15))::uuid $$`;

/** Of a sharer's ten referrals two pay, and those and five in all were active. */
export const SOURCE = `create temp table source (
  n bigint primary key, id uuid, referrer_id text, referee_id text, code_id uuid, nth int, at timestamptz, activates boolean, qualifies boolean, paid_before int)`;

export const beginning = ({ days, endDaysAgo, today }: Plan): string => `timestamptz '${today}' - interval '1 day' * ${days + endDaysAgo}`;
export const codeIdOf = (plan: Plan, sharer: string): string => `pg_temp.uuid_of(${beginning(plan)} - interval '1 hour', 'code', ${sharer})`;

/** Referrals `$1` to `$2`. */
export const fillSource = (plan: Plan): string => `insert into source
  select n, pg_temp.uuid_of(at, 'referral', n), 'sharer-' || sharer, 'referee-' || n, ${codeIdOf(plan, 'sharer')}, nth, at,
    nth % 2 = 0 or nth % 5 = 0, nth % 5 = 0, (nth + 4) / 5
  from generate_series($1::bigint, $2::bigint) n
    cross join lateral (select (n - 1) % ${sharersOf(plan)} + 1 as sharer, ((n - 1) / ${sharersOf(plan)})::int as nth,
      ${beginning(plan)} + interval '1 second' * floor(${plan.days * 86_400} * (n - 1)::numeric / ${plan.referrals})::int as at) t`;

export const ACTIVATED_AT = `at + interval '1 hour'`;
export const QUALIFIED_AT = `at + interval '1 day'`;

export const REFERRAL_FACTS = `'referralId', id, 'referrerId', referrer_id, 'refereeId', referee_id, 'codeId', code_id, 'sourceAppId', 'chat', 'registeredAt', ${iso('at')}`;

export function iso(at: string): string {
  return `to_char((${at}) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** An event in a room's log, long since published. `where` is about `source`. */
export const logged = (room: string, type: string, told: { id: string; at: string; aggregate: string; sequence: number; data: string; where?: string }): string =>
  `insert into ${room}.outbox (id, type, aggregate_id, body, recorded_at)
   select ${told.id}, '${type}', ${told.aggregate}, json_build_object('id', ${told.id}, 'type', '${type}', 'occurredAt', ${iso(told.at)}, 'version', 1,
     'aggregateId', ${told.aggregate}, 'sequence', ${told.sequence}, 'data', ${told.data}), ${told.at}
   from source ${told.where ? `where ${told.where}` : ''} order by n`;
