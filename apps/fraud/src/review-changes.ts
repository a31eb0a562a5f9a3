import { events } from '@referrals/contracts';
import { holdUntil, opensReview, priorityOf, type Priority, type WeighedSignal } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';
import type { AssessmentRow, LoadedReferral, ReferralRow } from './fraud.queries.js';

/** What a group of assessments does to the review queue. */
export interface ReviewChange {
  opened: (ReferralRow & { id: string; score: number; signals: WeighedSignal[]; priority: Priority; lapsesAt: string | null })[];
  rescored: { id: string; score: number; peakScore: number; signals: WeighedSignal[]; priority: Priority }[];
  entries: { id: string; reviewId: string; kind: 'opened' | 'rescored'; body: { score: number; signals: string[] } }[];
}

export const noReviewChange = (): ReviewChange => ({ opened: [], rescored: [], entries: [] });

/**
 * Opens a review, or tells the open one its new score. The score shown may fall; the place in the queue keeps to the
 * highest one seen, because what that one held stays held.
 */
export function changeReview(tx: Transaction, change: ReviewChange, referral: LoadedReferral, { score, signals }: AssessmentRow): void {
  const { thresholds } = tx.programme.fraud;
  const last = referral.review;
  const enter = (reviewId: string, kind: 'opened' | 'rescored') =>
    change.entries.push({ id: uuidv7(), reviewId, kind, body: { score, signals: signals.map(({ signal }) => signal) } });
  if (last && (last.status === 'pending' || last.status === 'escalated')) {
    const peakScore = Math.max(score, last.peakScore);
    change.rescored.push({ id: last.id, score, peakScore, signals, priority: priorityOf(peakScore, thresholds) ?? 'medium' });
    enter(last.id, 'rescored');
  } else if (opensReview(score, thresholds, last)) {
    const id = uuidv7();
    enter(id, 'opened');
    change.opened.push(open(tx, id, referral, score, signals));
  }
}

function open(tx: Transaction, id: string, referral: LoadedReferral, score: number, signals: WeighedSignal[]): ReviewChange['opened'][number] {
  const { referralId, referrerId, refereeId, codeId, sourceAppId } = referral;
  const { thresholds, holdHours } = tx.programme.fraud;
  const facts = { referralId, referrerId, refereeId, codeId, sourceAppId, registeredAt: referral.registeredAt.toISOString() };
  const priority = priorityOf(score, thresholds)!;
  const lapsesAt = priority === 'medium' ? holdUntil(tx.now, holdHours).toISOString() : null;
  tx.emit(events.reviewOpened, { aggregateId: id, sequence: 1, occurredAt: tx.now, data: { ...facts, reviewId: id, score, priority, openedAt: tx.now.toISOString() } });
  return { ...facts, id, score, signals, priority, lapsesAt };
}
