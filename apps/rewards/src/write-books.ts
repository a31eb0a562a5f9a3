import type { Transaction } from '@referrals/persistence';
import type { BonusRow, ReferralBooks } from './bonus-row.js';
import type { ReferrerState } from './booking.queries.js';
import type { TransferRow } from './ledger.js';
import type { PaymentRow, RefundRow, ReportRow } from './payment-row.js';

/** Everything that a command about money may change. */
export interface Books {
  payments: PaymentRow[];
  refunds: RefundRow[];
  reports: ReportRow[];
  bonuses: BonusRow[];
  transfers: TransferRow[];
  referrals: ReferralBooks[];
  referrers: ReferrerState[];
  audits: AuditRow[];
}

/** A row of the audit log, named as its columns. */
export interface AuditRow {
  id: string;
  actor: string;
  action: string;
  subject: string;
  before: object | null;
  after: object | null;
  created_at: string;
}

/** Paying is inserting: the grant key refuses a second one. The ids are also given as arrays, so that a plan made while a
 * table was small still looks rows up by key when it has grown. */
const PARTS: { [K in keyof Books]: (rows: string) => string } = {
  payments: (rows) => `insert into payment select * from json_populate_recordset(null::payment, ${rows}) order by id
    on conflict (id) do update set status = excluded.status, occurred_at = excluded.occurred_at, failed_at = excluded.failed_at,
      referral_id = excluded.referral_id, returned = excluded.returned, at_stake = excluded.at_stake, returned_at = excluded.returned_at,
      is_revoked = excluded.is_revoked, sequence = excluded.sequence`,
  refunds: (rows) => `insert into refund select * from json_populate_recordset(null::refund, ${rows}) order by id
    on conflict (id) do update set applied_amount = excluded.applied_amount`,
  reports: (rows) => `insert into dispute_report select * from json_populate_recordset(null::dispute_report, ${rows})`,
  bonuses: (rows) => `insert into bonus select * from json_populate_recordset(null::bonus, ${rows})
    on conflict (id) do update set status = excluded.status, decision = excluded.decision, score = excluded.score, hold_reason = excluded.hold_reason,
      hold_until = excluded.hold_until, payment_id = excluded.payment_id, sequence = excluded.sequence, ledger_entry_ids = excluded.ledger_entry_ids, released_at = excluded.released_at,
      was_paid = excluded.was_paid, held = excluded.held, taken_back = excluded.taken_back, stake = excluded.stake`,
  audits: (rows) => `insert into audit select * from json_populate_recordset(null::audit, ${rows})`,
  transfers: (rows) => `insert into transfer select * from json_populate_recordset(null::transfer, ${rows})`,
  referrals: (rows) => `update referral r set assessments = t.assessments, qualifications = t.qualifications, decisions = t.decisions,
      qualified_at = t."qualifiedAt", qualifying_payment_id = t."qualifyingPaymentId", approved_score = t."approvedScore",
      is_rejected = t."isRejected", paying_count = t."payingCount"
    from json_to_recordset(${rows}) as t(id uuid, assessments json, qualifications json, decisions json, "qualifiedAt" timestamptz,
      "qualifyingPaymentId" text, "approvedScore" int, "isRejected" boolean, "payingCount" int)
    where r.id = t.id and r.id = any(array(select id from json_to_recordset(${rows}) as k(id uuid)))`,
  referrers: (rows) => `update referrer r set qualified_count = t."qualifiedCount", paid_count = coalesce(t."paidCount", r.paid_count), claims = t.claims, sequence = t.sequence
    from json_to_recordset(${rows}) as t("userId" text, "qualifiedCount" int, "paidCount" int, claims timestamptz[], sequence int)
    where r.user_id = t."userId" and r.user_id = any(array(select "userId" from json_to_recordset(${rows}) as k("userId" text)))`,
};

/** Writes what changed in one statement, and hands on what was emitted with it. */
export async function writeBooks(tx: Transaction, books: Partial<Books>): Promise<void> {
  const parts = (Object.keys(PARTS) as (keyof Books)[]).filter((part) => (books[part]?.length ?? 0) > 0);
  if (parts.length === 0) return;
  const clauses = parts.map((part, index) => `${part}_written as (${PARTS[part](`$${index + 2}::json`)})`);
  await tx.write(`with ${clauses.join(',\n')} select 1`, parts.map((part) => JSON.stringify(books[part])));
}
