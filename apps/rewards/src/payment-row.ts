import { v7 as uuidv7 } from 'uuid';
import type { DisputeStatus, PaymentKind, PaymentStatus } from '@referrals/domain';
import type { AuditRow } from './write-books.js';

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
  /** The referral that it was applied to. */
  referral_id: string | null;
  /** What has gone back of it. */
  returned: number;
  /** What else would go back if its open disputes were lost. */
  at_stake: number;
  /** When it had gone back in full, or a dispute of it was lost. */
  returned_at: string | null;
  /** It went back soon enough to qualify nobody. */
  is_revoked: boolean;
  /** Counts what was told of it. */
  sequence: number;
}

/** A row of `refund`; a cumulative one says what has gone back so far. */
export interface RefundRow {
  id: string;
  payment_id: string;
  amount: number;
  is_cumulative: boolean;
  occurred_at: string;
  /** Null while the payment is unknown. */
  applied_amount: number | null;
  created_at: string;
}

/** A row of `dispute_report`. */
export interface ReportRow {
  dispute_id: string;
  payment_id: string;
  status: DisputeStatus;
  amount: number | null;
  occurred_at: string;
  created_at: string;
}


/** What the audit log keeps of a payment: who told of it, and what it made of what was known. */
export function auditOf(payment: PaymentRow, before: PaymentRow | undefined, actor: string, now: Date): AuditRow {
  const shown = ({ id, kind, amount, currency, status, occurred_at: occurredAt }: PaymentRow) =>
    ({ paymentId: id, kind, amount, currency, status, occurredAt: new Date(occurredAt).toISOString() });
  return {
    id: uuidv7(), actor, action: `payment.${payment.status}`, subject: payment.user_id, before: before ? shown(before) : null, after: shown(payment),
    created_at: now.toISOString(),
  };
}
