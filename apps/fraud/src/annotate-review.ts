import type { fraud, Input, Review } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { lockReviews, writeReviews } from './change-reviews.queries.js';
import { reviewOf } from './review-row.js';

/** Gives an open review to somebody. */
export async function assignReview(tx: Transaction, { id, assignee }: Input<typeof fraud.assignReview>, actor: string): Promise<Outcome<Review>> {
  const before = (await lockReviews(tx, [id])).get(id);
  if (!before) return new Refusal('not_found');
  if (before.status !== 'pending' && before.status !== 'escalated') return new Refusal('already_decided');
  const after = { ...before, assignee, sequence: before.sequence + 1 };
  await writeReviews(tx, [{ kind: 'assigned', actor, body: { assignee }, before, after }]);
  return reviewOf(after);
}

/** A note is welcome at any time: a decided review may have to be explained. The review shows the newest, its history all. */
export async function noteReview(tx: Transaction, { id, notes }: Input<typeof fraud.noteReview>, actor: string): Promise<Outcome<Review>> {
  const before = (await lockReviews(tx, [id])).get(id);
  if (!before) return new Refusal('not_found');
  const after = { ...before, notes, sequence: before.sequence + 1 };
  await writeReviews(tx, [{ kind: 'noted', actor, body: { notes }, before, after }]);
  return reviewOf(after);
}
