import type { BonusEvent, Party } from './bonus.js';
import { HOUR, shift } from './time.js';

/** Scores at which a band begins: shipped 30, 60, 90. */
export interface Thresholds {
  hold: number;
  review: number;
  reject: number;
}

/** What a score alone asks for: pay at once, hold for a time, hold for a person, reject. */
export type Band = 'pay' | 'hold' | 'review' | 'reject';
/** `pending`: waits for an assessment. */
export type HoldDecision = Band | 'pending';
export type HoldReason = 'assessment' | 'score' | 'review' | 'claim_limit' | 'dispute';
export type Priority = 'medium' | 'high' | 'critical';

const SEVERITY: readonly HoldDecision[] = ['pending', 'pay', 'hold', 'review', 'reject'];

export function bandOf(score: number, thresholds: Thresholds): Band {
  if (score >= thresholds.reject) return 'reject';
  if (score >= thresholds.review) return 'review';
  return score >= thresholds.hold ? 'hold' : 'pay';
}

/** The place of a review in the queue; null below the first band, where none is opened. */
export function priorityOf(score: number, thresholds: Thresholds): Priority | null {
  return ({ pay: null, hold: 'medium', review: 'high', reject: 'critical' } as const)[bandOf(score, thresholds)];
}

export interface HoldFacts {
  /** Null until the first assessment. */
  score: number | null;
  thresholds: Thresholds;
  event: BonusEvent;
  party: Party;
  /** The score that an approval saw. */
  approvedScore?: number | null;
  /** A person rejected the referral: final, for both parties and all units. */
  rejected?: boolean;
  /** What the qualifying payment earns the referrer waits for the assessment that the qualification sets off: `awaitsQualification`. */
  awaitsQualification?: boolean;
}

/** What happens to a bonus at booking. Claim limit and disputes are not looked at here. */
export function holdDecision(facts: HoldFacts): HoldDecision {
  if (facts.rejected) return 'reject';
  // The referee's own days do not follow the score: they have paid.
  if (facts.party === 'referee' && facts.event === 'access') return 'pay';
  if (facts.score === null || facts.awaitsQualification) return 'pending';
  if (facts.approvedScore != null && facts.score <= facts.approvedScore) return 'pay';
  const band = bandOf(facts.score, facts.thresholds);
  const isWelcome = facts.party === 'referee' && facts.event === 'registered';
  return isWelcome && band !== 'reject' ? 'pay' : band;
}

/** Whether a referrer's bonus must wait for the assessment that names the qualifying payment; later payments do not wait. */
export const awaitsQualification = (facts: {
  party: Party;
  paymentId: string | null;
  qualifyingPaymentId: string | null;
  assessedPaymentId: string | null;
}): boolean =>
  facts.party === 'referrer' &&
  facts.paymentId !== null &&
  facts.paymentId === facts.qualifyingPaymentId &&
  facts.paymentId !== facts.assessedPaymentId;

/**
 * What a bonus already booked becomes after a new decision: pending ones take it as it is, held ones only move up, what is paid
 * or rejected stays. Approval releases by another way.
 */
export function rescored(current: HoldDecision, decision: HoldDecision): HoldDecision {
  if (current === 'pending') return decision;
  if (current === 'pay' || current === 'reject') return current;
  return SEVERITY.indexOf(decision) > SEVERITY.indexOf(current) ? decision : current;
}

/** When a timed hold ends. */
export const holdUntil = (bookedAt: Date, hours: number): Date => shift(bookedAt, hours * HOUR);

export type ReviewStatus = 'pending' | 'approved' | 'rejected' | 'escalated' | 'lapsed';

/**
 * Whether a score opens a review. The first one opens with the first band; after an approval or a lapse only a higher score that needs a person
 * opens another; while one is open, or after a rejection, none.
 */
export function opensReview(score: number, thresholds: Thresholds, last: { status: ReviewStatus; score: number } | null): boolean {
  if (!last) return score >= thresholds.hold;
  if (last.status !== 'approved' && last.status !== 'lapsed') return false;
  return score > last.score && score >= thresholds.review;
}

/** Whether one more bonus for a referrer must wait (`claim_limit`), by what was booked for them in the last 24 h; cashback is exempt. */
export const exceedsClaimLimit = (event: BonusEvent, bookedInWindow: number, limit: number): boolean =>
  event !== 'cashback' && bookedInWindow >= limit;
