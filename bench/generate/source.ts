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

const HOUR_MS = 3_600_000;
const beginningMs = ({ days, endDaysAgo, today }: Plan): number => Date.parse(today) - (days + endDaysAgo) * 24 * HOUR_MS;
export const beginning = (plan: Plan): string => `timestamptz '${new Date(beginningMs(plan)).toISOString()}'`;

/** What ids are made for; its place is in the id. */
const KINDS = [
  'referral', 'code', 'sharer credits available', 'sharer credits held', 'sharer EUR available', 'sharer EUR held', 'sharer EUR debt', 'referee available', 'referee held', 'registered', 'activated', 'qualified', 'assessed', 'settled',
  'registered-bonus', 'welcome-bonus', 'activated-bonus', 'qualified-bonus', 'cashback', 'registered-bonus entry', 'welcome-bonus entry', 'activated-bonus entry',
  'qualified-bonus entry', 'cashback entry', 'registered-bonus told', 'welcome-bonus told', 'activated-bonus told', 'qualified-bonus told', 'cashback told',
];

/**
 * A time-ordered UUID as the product's are: milliseconds, the kind, a number.
 * @param hex the milliseconds, twelve digits @param tail of the number: `tailOf`; both as SQL
 */
export function idOf(kind: string, hex: string, tail: string): string {
  const place = KINDS.indexOf(kind);
  if (place < 0) throw new Error(`no ids are made for '${kind}'`);
  return `(${hex} || '7${place.toString(16).padStart(3, '0')}' || ${tail})::uuid`;
}
const hexOf = (ms: string): string => `lpad(to_hex(${ms}), 12, '0')`;
const tailOf = (n: string): string => `('8' || lpad(to_hex(${n}), 15, '0'))`;

/** Of a sharer, by number: codes and accounts are older than all referrals. */
export const sharersId = (plan: Plan, kind: string, sharer: string): string => idOf(kind, `'${(beginningMs(plan) - HOUR_MS).toString(16).padStart(12, '0')}'`, tailOf(sharer));

/** A moment of a referral, as the columns of `generated` tell it: the instant, in JSON, and at the beginning of ids. */
export interface Moment {
  at: string;
  iso: string;
  hex: string;
}
const moment = (name: string): Moment => ({ at: `${name}_at`, iso: `${name}_iso`, hex: `${name}_hex` });
export const REGISTERED = moment('registered');
export const ACTIVATED = moment('activated');
export const QUALIFIED = moment('qualified');
/** An id of what happened to a referral at that moment. */
export const idAt = (kind: string, { hex }: Moment): string => idOf(kind, hex, 'tail');

const column = (name: string, at: string): string => `${at} as ${name}_at, ${iso(at)} as ${name}_iso, ${hexOf(`(date_part('epoch', ${at}) * 1000)::bigint`)} as ${name}_hex`;

/**
 * Every referral with all that several tables say of it. Of a sharer's ten referrals two pay, and those and five in all were active. One of a hundred is the
 * first sharer's beside her ten: she is famous, and those who came by her only signed up.
 */
export const fillSource = (plan: Plan): string => `create unlogged table generated as
  select n, sharer, ${idOf('referral', 'registered_hex', 'tail')} as id, 'sharer-' || sharer as referrer_id, 'referee-' || n as referee_id,
    ${sharersId(plan, 'code', 'sharer')} as code_id, 'payment-' || n as payment_id,
    not is_famous and (nth % 2 = 0 or nth % 5 = 0) as activates, not is_famous and nth % 5 = 0 as qualifies, case when is_famous then nth / 5 + 1 else (nth + 4) / 5 end as paid_before,
    tail, registered_at, registered_iso, registered_hex, activated_at, activated_iso, activated_hex, qualified_at, qualified_iso, qualified_hex
  from (select n, n - n / 100 - 1 as place, n % 100 = 0 as is_famous from generate_series(1, ${plan.referrals}) n) numbers
    cross join lateral (select case when is_famous then 1 else place % ${sharersOf(plan)} + 1 end as sharer, place / ${sharersOf(plan)} as nth, ${tailOf('n')} as tail,
      ${beginning(plan)} + interval '1 second' * floor(${plan.days * 86_400}::float * (n - 1) / ${plan.referrals}) as at offset 0) t
    cross join lateral (select ${column('registered', 'at')}, ${column('activated', `(at + interval '1 hour')`)}, ${column('qualified', `(at + interval '1 day')`)} offset 0) moments`;

export const REFERRAL_FACTS = `'referralId', id, 'referrerId', referrer_id, 'refereeId', referee_id, 'codeId', code_id, 'sourceAppId', 'chat', 'registeredAt', ${REGISTERED.iso}`;

export function iso(at: string): string {
  return `to_char((${at}) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** An event in a room's log, long since published. `where` is about `generated`. */
export const logged = (room: string, type: string, told: { id: string; moment: Moment; aggregate: string; sequence: number; data: string; where?: string }): string =>
  `insert into ${room}.outbox (id, type, aggregate_id, body, recorded_at)
   select ${told.id}, '${type}', ${told.aggregate}, json_build_object('id', ${told.id}, 'type', '${type}', 'occurredAt', ${told.moment.iso}, 'version', 1,
     'aggregateId', ${told.aggregate}, 'sequence', ${told.sequence}, 'data', ${told.data}), ${told.moment.at}
   from generated ${told.where ? `where ${told.where}` : ''}`;
