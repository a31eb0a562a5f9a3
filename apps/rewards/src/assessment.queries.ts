import type { Transaction } from '@referrals/persistence';
import type { AssessmentEntry, BonusRow, ReferralKey, ReferralState } from './bonus-row.js';
import type { Account, TransferRow } from './ledger.js';

export interface AssessmentFacts {
  referrals: ReferralState[];
  /** Pending and held bonuses, locked. */
  bonuses: BonusRow[];
  accounts: Account[];
  /** Of the payments that the assessments name. */
  payments: { id: string; occurredAt: string }[];
  /** Those under which open bonuses were booked, where another is in force. */
  programmes: { version: number; body: unknown }[];
}

export async function beginAssessment(tx: Transaction, referrals: readonly ReferralKey[], paymentIds: string[]): Promise<AssessmentFacts> {
  const [row] = await tx.rows<{ facts: { [K in keyof AssessmentFacts]: AssessmentFacts[K] | null } }>(
    'select begin_assessment($1::json, $2::text[]) as facts', [JSON.stringify(referrals), paymentIds]);
  const { referrals: known, bonuses, accounts, payments, programmes } = row!.facts;
  return { referrals: known ?? [], bonuses: bonuses ?? [], accounts: accounts ?? [], payments: payments ?? [], programmes: programmes ?? [] };
}

export interface Settlement {
  referrals: { id: string; assessments: AssessmentEntry[] }[];
  bonuses: BonusRow[];
  transfers: TransferRow[];
}

/** Ids as arrays: see `booking.queries.ts`. */
const WRITE_SETTLEMENT = `with
  moved as (insert into transfer select * from json_populate_recordset(null::transfer, $3::json)),
  settled as (update bonus b set status = t.status, decision = t.decision, score = t.score, hold_reason = t.hold_reason,
      hold_until = t.hold_until, sequence = t.sequence, ledger_entry_ids = t.ledger_entry_ids
    from json_populate_recordset(null::bonus, $2::json) t
    where b.id = t.id and b.id = any(array(select id from json_to_recordset($2::json) as k(id uuid))))
  update referral r set assessments = t.assessments from json_to_recordset($4::json) as t(id uuid, assessments json)
  where r.id = t.id and r.id = any(array(select id from json_to_recordset($4::json) as k(id uuid)))`;

export const writeSettlement = (tx: Transaction, { bonuses, transfers, referrals }: Settlement): Promise<unknown> =>
  tx.write(WRITE_SETTLEMENT, [bonuses, transfers, referrals].map((list) => JSON.stringify(list)));
