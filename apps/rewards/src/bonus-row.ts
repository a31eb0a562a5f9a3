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
  /** Of cashback: the referrer's referees who ever paid, this one included. */
  paid_count: number | null;
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
  /** Where the amount lies: see `Position` in the domain. */
  was_paid: boolean;
  held: number;
  taken_back: number;
  stake: number;
}

/** The columns of a bonus of which nothing has moved yet. */
export const UNSETTLED = {
  status: 'pending', decision: 'pending', score: null, hold_reason: 'assessment', hold_until: null,
  sequence: 0, ledger_entry_ids: [], released_at: null, was_paid: false, held: 0, taken_back: 0, stake: 0, paid_count: null,
} as const;

/** An assessment as the referral's row keeps it. */
export interface AssessmentEntry {
  sequence: number;
  score: number;
  paymentId: string | null;
  paidAt: string | null;
  assessedAt: string;
}

/** What relationships told of a payment that qualified; the newest news by `sequence` counts. */
export interface Qualification {
  paymentId: string;
  sequence: number;
  /** Null while only its revocation or the retention is known. */
  qualifiedAt: string | null;
  retainedAt: string | null;
  isRevoked: boolean;
}

/** What a person decided about the referral. */
export interface DecisionEntry {
  reviewId: string;
  /** `imported`: another system made the referral, and paid what it earned */
  decision: 'approved' | 'rejected' | 'escalated' | 'imported';
  score: number;
  decidedAt: string;
}

export interface ReferralState {
  id: string;
  referrerId: string;
  refereeId: string;
  assessments: AssessmentEntry[];
  /** The qualification that counts for the tier; null without one, once it is revoked or the referral rejected. */
  qualifyingPaymentId: string | null;
  approvedScore: number | null;
  isRejected: boolean;
}

/** A referral with all that money asks of it. */
export interface ReferralBooks extends ReferralState {
  registeredAt: string;
  qualifications: Qualification[];
  decisions: DecisionEntry[];
  qualifiedAt: string | null;
  /** Settled payments that belong to it and are not revoked. */
  payingCount: number;
}

/** What every event says of its referral. */
export interface ReferralKey {
  referralId: string;
  referrerId: string;
  refereeId: string;
  registeredAt: string;
  isImported?: true | undefined;
}
