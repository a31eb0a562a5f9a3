import type { Transaction } from '@referrals/persistence';
import type { ReferralRow } from './referral-row.js';

/** What history knows of a referral. */
export type ImportedRow = Pick<
  ReferralRow,
  'id' | 'referrer_id' | 'referee_id' | 'code_id' | 'code_type' | 'source_app_id' | 'stage' | 'registered_at' | 'arrived_at' | 'activated_at' | 'qualified_at' | 'retained_at'
>;

interface Prepared {
  /** the referrer of each user: of those above the list's referrers, where a loop could be closed, and of its referees */
  referrers: Map<string, string>;
  /** referees with activity or payments that came before */
  withFacts: Set<string>;
}

/** Locks the people of a list, and tells who referred them. */
export async function prepareImport(tx: Transaction, pairs: readonly { refereeId: string; referrerId: string }[]): Promise<Prepared> {
  const distinct = (list: string[]): string[] => [...new Set(list)];
  const [row] = await tx.rows<{ facts: { ancestors: Record<string, string>; referrals: Record<string, string>; withFacts: string[] } }>(
    'select prepare_import($1, $2) as facts', [distinct(pairs.map(({ refereeId }) => refereeId)), distinct(pairs.map(({ referrerId }) => referrerId))]);
  const { ancestors, referrals, withFacts } = row!.facts;
  return { referrers: new Map([...Object.entries(ancestors), ...Object.entries(referrals)]), withFacts: new Set(withFacts) };
}

/**
 * In columns, which are read much faster than JSON. A qualification rests on a payment: history's is known by its referral alone. A code may have been
 * used more often than it may be now.
 */
const WRITE = `with
  given as (
    select *, case when qualified_at is not null then 'imported:' || id end as payment_id
    from unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[],
      $13::timestamptz[], $14::timestamptz[])
      as t(id, referrer_id, referee_id, code_id, code_type, source_app_id, stage, registered_at, arrived_at, activated_at, qualified_at, retained_at)),
  made as (
    insert into referral (id, referrer_id, referee_id, code_id, code_type, source_app_id, stage, registered_at, arrived_at, activated_at, qualified_at,
      qualifying_payment_id, told_payment_id, retained_at, converted_at, first_use_at, first_activity_at, imported_at)
    select id, referrer_id, referee_id, code_id, code_type, source_app_id, stage, registered_at, arrived_at, activated_at, qualified_at,
      payment_id, payment_id, retained_at, qualified_at, activated_at, activated_at, $2
    from given order by referee_id),
  paid as (
    insert into payment_fact (payment_id, user_id, occurred_at) select payment_id, referee_id, qualified_at from given where qualified_at is not null order by 1),
  uses as (select code_id, count(*)::int as uses from given group by code_id)
  insert into code_use (code_id, uses) select code_id, uses from uses order by code_id
  on conflict (code_id) do update set uses = code_use.uses + excluded.uses,
    max_uses = case when code_use.uses + excluded.uses <= code_use.max_uses then code_use.max_uses end`;

const COLUMNS: (keyof ImportedRow)[] = [
  'id', 'referrer_id', 'referee_id', 'code_id', 'code_type', 'source_app_id', 'stage', 'registered_at', 'arrived_at', 'activated_at', 'qualified_at', 'retained_at',
];

/** An activation stands for a first use, a qualification for the first payment: stages that move later are worked out from them. */
export async function writeImport(tx: Transaction, rows: readonly ImportedRow[]): Promise<void> {
  await tx.write(WRITE, [tx.now, ...COLUMNS.map((column) => rows.map((row) => row[column]))]);
}
