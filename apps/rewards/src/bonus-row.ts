import type { BonusEvent, Family, HoldDecision, HoldReason, Party } from '@referrals/domain';

export type BonusStatus = 'pending' | 'paid' | 'held' | 'rejected' | 'clawed_back';

/** A row of `bonus`, named as its columns; times as ISO 8601 text, as they go into a statement. */
export interface BonusRow {
  id: string;
  referral_id: string;
  user_id: string;
  party: Party;
  family: Family;
  event: BonusEvent;
  trigger: string;
  payment_id: string | null;
  app_id: string | null;
  unit: string;
  base: number;
  multiplier: number;
  amount: number;
  tier: string | null;
  level: number | null;
  /** The referrer's qualified referrals before this bonus; null for a referee's. */
  qualified_count: number | null;
  programme_version: number;
  /** When what earned it happened. */
  triggered_at: string;
  status: BonusStatus;
  decision: HoldDecision;
  score: number | null;
  hold_reason: HoldReason | null;
  /** When time alone releases it; null while it waits for an assessment or a person. */
  hold_until: string | null;
  /** When it has its place in the referrer's sliding day; null where no claim limit applies. */
  claim_at: string | null;
  /** Counts what was told of it. */
  sequence: number;
  ledger_entry_ids: string[];
  created_at: string;
  released_at: string | null;
}

/** An assessment as the referral's row keeps it. */
export interface AssessmentEntry {
  sequence: number;
  score: number;
  paymentId: string | null;
  paidAt: string | null;
  assessedAt: string;
}

export interface ReferralState {
  id: string;
  referrerId: string;
  refereeId: string;
  assessments: AssessmentEntry[];
  qualifyingPaymentId: string | null;
  approvedScore: number | null;
  isRejected: boolean;
}

/** What every event says of its referral. */
export interface ReferralKey {
  referralId: string;
  referrerId: string;
  refereeId: string;
  registeredAt: string;
}
