import type { PaymentKind, PaymentStatus } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';

/** A row of `payment`, named as its columns; times as ISO 8601 text. */
export interface PaymentRow {
  id: string;
  user_id: string;
  kind: PaymentKind;
  amount: number;
  currency: string;
  status: PaymentStatus;
  period_days: number | null;
  occurred_at: string;
  /** When the attempt failed that settled later, or failed for good. */
  failed_at: string | null;
  created_at: string;
}

/** Stores the payments whose ids are new, and reads those whose ids are known, locked. */
export async function beginPayments(tx: Transaction, payments: PaymentRow[]): Promise<{ isFresh: boolean; payment: PaymentRow }[]> {
  const [row] = await tx.rows<{ facts: { isFresh: boolean; payment: PaymentRow }[] | null }>(
    'select begin_payments($1::json) as facts', [JSON.stringify(payments)]);
  return row!.facts ?? [];
}

export const settlePayments = (tx: Transaction, payments: PaymentRow[]): Promise<unknown> =>
  tx.write(
    `update payment p set status = t.status, occurred_at = t.occurred_at, failed_at = t.failed_at
     from json_populate_recordset(null::payment, $2::json) t
     where p.id = t.id and p.id = any(array(select id from json_to_recordset($2::json) as k(id text)))`,
    [JSON.stringify(payments)],
  );
