import { events, type fraud, type Input, type Review } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { lockReviews, writeReviews, type ReviewEntry } from './change-reviews.queries.js';
import { factsOf, reviewOf, type ReviewRow } from './review-row.js';

type Decision = Input<typeof fraud.decideReview>['decision'];

const STATUS = { approve: 'approved', reject: 'rejected', escalate: 'escalated' } as const;

/**
 * Decides reviews, each at most once: who comes second is refused. An escalated one is still to be approved or rejected,
 * by whoever it was escalated to. The decision stands for the score that the review shows.
 * @returns an outcome for each id, in order; an id given twice is decided once
 */
export async function decideReviews(
  tx: Transaction, ids: string[], { decision, notes, actor }: { decision: Decision; notes?: string | undefined; actor: string },
): Promise<Outcome<Review>[]> {
  const known = await lockReviews(tx, ids);
  const entries: ReviewEntry[] = [];
  const outcomes = ids.map((id): Outcome<Review> => {
    const before = known.get(id);
    if (!before) return new Refusal('not_found');
    if (!isOpenFor(decision, before)) return new Refusal('already_decided');
    const after = decided(tx, before, decision, notes, actor);
    known.set(id, after);
    entries.push({ kind: STATUS[decision], actor, body: { score: after.score, ...(notes !== undefined && { notes }) }, before, after });
    announce(tx, after, STATUS[decision], actor);
    return reviewOf(after);
  });
  if (entries.length > 0) await writeReviews(tx, entries);
  return outcomes;
}

const isOpenFor = (decision: Decision, { status }: ReviewRow): boolean => status === 'pending' || (status === 'escalated' && decision !== 'escalate');

function decided(tx: Transaction, before: ReviewRow, decision: Decision, notes: string | undefined, actor: string): ReviewRow {
  const isFinal = decision !== 'escalate';
  return {
    ...before, status: STATUS[decision], notes: notes ?? before.notes, sequence: before.sequence + 1,
    decidedAt: isFinal ? tx.now : null, decidedBy: isFinal ? actor : null,
  };
}

function announce(tx: Transaction, review: ReviewRow, decision: (typeof STATUS)[Decision], decidedBy: string): void {
  const { id: reviewId, sequence, score } = review;
  const data = { ...factsOf(review), reviewId, decision, score, decidedBy, decidedAt: tx.now.toISOString() };
  tx.emit(events.reviewDecided, { aggregateId: reviewId, sequence, occurredAt: tx.now, data });
}
