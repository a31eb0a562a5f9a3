import type { Transaction } from '@referrals/persistence';
import type { ReferralRow } from './referral-row.js';

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

/** A qualification rests on a payment: history's is known by its referral alone. A code may have been used more often than it may be now. */
const WRITE = `with
  given as (select * from json_populate_recordset(null::referral, $2::json)),
  made as (insert into referral select * from given order by referee_id),
  paid as (
    insert into payment_fact (payment_id, user_id, occurred_at) select qualifying_payment_id, referee_id, qualified_at from given
    where qualified_at is not null order by 1),
  uses as (select code_id, count(*)::int as uses from given group by code_id)
  insert into code_use (code_id, uses) select code_id, uses from uses order by code_id
  on conflict (code_id) do update set uses = code_use.uses + excluded.uses,
    max_uses = case when code_use.uses + excluded.uses <= code_use.max_uses then code_use.max_uses end`;

export async function writeImport(tx: Transaction, rows: readonly ReferralRow[]): Promise<void> {
  await tx.write(WRITE, [JSON.stringify(rows)]);
}
