import type { Review } from '@referrals/contracts';

/** A review as statements return it. */
export interface ReviewRow extends Omit<Review, 'createdAt' | 'decidedAt'> {
  codeId: string;
  sourceAppId: string | null;
  registeredAt: Date;
  createdAt: Date;
  decidedAt: Date | null;
  sequence: number;
}

export const REVIEW_COLUMNS = `id, referral_id as "referralId", referrer_id as "referrerId", referee_id as "refereeId", code_id as "codeId",
  source_app_id as "sourceAppId", registered_at as "registeredAt", score, signals, priority, status, assignee, notes, created_at as "createdAt",
  decided_at as "decidedAt", decided_by as "decidedBy", sequence`;

/** A review as callers see it. */
export const reviewOf = (row: ReviewRow): Review => ({
  id: row.id,
  referralId: row.referralId,
  referrerId: row.referrerId,
  refereeId: row.refereeId,
  score: row.score,
  signals: row.signals,
  priority: row.priority,
  status: row.status,
  assignee: row.assignee,
  notes: row.notes,
  createdAt: row.createdAt.toISOString(),
  decidedAt: row.decidedAt?.toISOString() ?? null,
  decidedBy: row.decidedBy,
});

/** What events about a review say of its referral. */
export const factsOf = ({ referralId, referrerId, refereeId, codeId, sourceAppId, registeredAt }: ReviewRow) =>
  ({ referralId, referrerId, refereeId, codeId, sourceAppId, registeredAt: registeredAt.toISOString() });
