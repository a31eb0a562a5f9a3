import { events } from '@referrals/contracts';
import type { Log } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { DAY, shift } from '@referrals/domain';
import { factsOf, REVIEW_COLUMNS, type ReviewRow } from './review-row.js';

const ALERT = `with due as (
    select id as due_id from review where status in ('pending', 'escalated') and alerted_at is null and created_at <= $1
    order by created_at, id limit $2 for update skip locked)
  update review set alerted_at = $3, sequence = sequence + 1 from due where id = due_id returning ${REVIEW_COLUMNS}`;

/** Tells, once for each, of reviews that nobody has decided for very long; they stay open. @returns how many */
export async function alertReviews(tx: Transaction, limit: number, log: Log): Promise<number> {
  const overdue = await tx.rows<ReviewRow>(ALERT, [shift(tx.now, -tx.programme.fraud.alertAfterDays * DAY), limit, tx.now]);
  for (const review of overdue) {
    const { id: reviewId, sequence, score, priority, referralId } = review;
    const data = { ...factsOf(review), reviewId, score, priority, openedAt: review.createdAt.toISOString() };
    tx.emit(events.reviewOverdue, { aggregateId: reviewId, sequence, occurredAt: tx.now, data });
    tx.afterCommit(() => log.warn({ reviewId, referralId, priority }, 'review_overdue'));
  }
  return overdue.length;
}
