import type { BonusEvent, Party } from './bonus.js';
import { holdDecision, rescored, type HoldDecision, type Thresholds } from './hold.js';
import { isBefore } from './time.js';

/** One scoring of a referral, as fraud told it. */
export interface Assessment {
  /** Counts the assessments of the referral from 1. */
  sequence: number;
  score: number;
  /** The qualifying payment that it has seen; null before any. */
  paymentId: string | null;
  /** When that payment was made; null without one. */
  paidAt: Date | null;
  assessedAt: Date;
}

export interface AssessedBonus {
  event: BonusEvent;
  party: Party;
  /** When what earned it happened. */
  triggeredAt: Date;
  /** The payment whose assessment it waits for: a payment's id, `any` qualifying one, any but the revoked, or none. */
  awaits: { paymentId: string } | { anyBut: readonly string[] } | 'any' | null;
}

/** A person's approval of the referral, with the score that it saw. */
export interface Approval {
  score: number;
  decidedAt: Date;
}

export interface AssessedDecision {
  decision: HoldDecision;
  /** The score that led to it; null while it waits. */
  score: number | null;
}

/** The assessments that may be acted on: those before the first gap. A later one that overtook waits for the missing one. */
export function knownAssessments(assessments: Iterable<Assessment>): Assessment[] {
  const sorted = [...assessments].sort((a, b) => a.sequence - b.sequence);
  return sorted.filter((assessment, index) => assessment.sequence === index + 1);
}

/**
 * What becomes of a bonus, whatever order the news came in: the assessment that was in force when it was earned decides, and later
 * ones move it up a band while it is held.
 * @param current what had been decided; `pending` at booking
 * @param isWaiting for room under the claim limit: though it is to be paid, it is held, and moves up like all that is held
 */
export function assessedDecision(
  bonus: AssessedBonus,
  referral: {
    assessments: Iterable<Assessment>;
    thresholds: Thresholds;
    /** The highest that was approved: later bonuses are paid at once up to it. */
    approvedScore: number | null;
    isRejected: boolean;
    approvals?: readonly Approval[];
  },
  current: AssessedDecision = { decision: 'pending', score: null },
  isWaiting = false,
): AssessedDecision {
  const { thresholds, approvedScore, isRejected: rejected } = referral;
  const { event, party } = bonus;
  const decide = (score: number | null): HoldDecision => holdDecision({ score, thresholds, event, party, approvedScore, rejected });
  if (rejected) return { decision: 'reject', score: current.score };
  const known = knownAssessments(referral.assessments);
  const approvedAfter = new Set((referral.approvals ?? []).map((approval) => known.findLastIndex((assessment) => isSeenBy(assessment, approval))));
  const first = known.findIndex((assessment) => ends(bonus.awaits, assessment));
  const governing = known.findLastIndex((assessment, index) => index === first || (index > first && governs(assessment, known[index - 1], bonus)));
  if (first < 0) return current.decision === 'pending' ? { decision: decide(null), score: null } : current;
  return known.slice(governing).reduce<AssessedDecision>((before, { score }, index) => {
    const decision = rescored(isWaiting && before.decision === 'pay' ? 'pending' : before.decision, decide(score));
    const isApproved = approvedAfter.has(governing + index) && decision !== 'pay';
    if (isApproved) return { decision: 'pay', score };
    return decision === before.decision ? before : { decision, score };
  }, current);
}

/** At the same instant a score above the approved one came after the approval. */
const isSeenBy = ({ assessedAt, score }: Assessment, approval: Approval): boolean =>
  isBefore(assessedAt, approval.decidedAt) || (assessedAt.getTime() === approval.decidedAt.getTime() && score <= approval.score);

function ends(awaits: AssessedBonus['awaits'], { paymentId }: Assessment): boolean {
  if (awaits === null) return true;
  if (paymentId === null || awaits === 'any') return paymentId !== null;
  return 'anyBut' in awaits ? !awaits.anyBut.includes(paymentId) : paymentId === awaits.paymentId;
}

/** An assessment that a payment set off counts from that payment on: registration and activation never come after it. */
function governs(assessment: Assessment, previous: Assessment | undefined, bonus: AssessedBonus): boolean {
  const { paymentId, paidAt, assessedAt } = assessment;
  if (paymentId !== null && (bonus.event === 'registered' || bonus.event === 'activated')) return false;
  const from = paymentId !== null && paymentId !== previous?.paymentId ? (paidAt ?? assessedAt) : assessedAt;
  return !isBefore(bonus.triggeredAt, from);
}
