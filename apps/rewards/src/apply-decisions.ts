import type { Transaction } from '@referrals/persistence';
import { settleBonuses } from './apply-assessments.js';
import type { BonusRow, DecisionEntry, ReferralBooks, ReferralKey } from './bonus-row.js';
import type { ReferrerState } from './booking.queries.js';
import { countPaying, countQualified } from './paying-referees.js';
import { beginSettlement } from './settlement.queries.js';
import { takeBackAccess } from './take-back-access.js';
import { writeBooks } from './write-books.js';

export interface ToldDecision extends ReferralKey, DecisionEntry {}

/**
 * Does what people decided about referrals. Approved: what is held, and what score alone rejected, is paid. Rejected, for good: every bonus of both
 * parties is rejected or taken back, and the referral counts for no tier and no level. Escalated: everything stays as it is.
 * @returns the bonuses that changed
 */
export async function applyDecisions(tx: Transaction, told: readonly ToldDecision[]): Promise<BonusRow[]> {
  const facts = await beginSettlement(tx, told, { whole: true });
  const referrals = new Map(facts.referrals.map((referral) => [referral.id, referral]));
  const referrers = new Map(facts.referrers.map((referrer) => [referrer.userId, referrer]));
  for (const decision of told) note(tx, referrals.get(decision.referralId)!, referrers, decision);
  const rejected = facts.referrals.filter(({ isRejected }) => isRejected);
  const areRejected = new Set(rejected.map(({ id }) => id));
  // days that were granted, or taken back, are not decided anew
  const isOpen = ({ status, held }: BonusRow): boolean => status === 'pending' || status === 'held' || (status === 'rejected' && held === 0);
  facts.bonuses = facts.bonuses.filter((bonus) => bonus.family !== 'access' || (!areRejected.has(bonus.referral_id) && isOpen(bonus)));
  const { changed, transfers } = settleBonuses(tx, facts, 'review');
  await writeBooks(tx, { referrals: facts.referrals, referrers: facts.referrers, bonuses: changed, transfers });
  await takeBackAccess(tx, rejected.map(({ id }) => ({ referralId: id, paymentId: null, how: 'reject' as const, reason: 'review' as const })));
  return changed;
}

function note(tx: Transaction, referral: ReferralBooks, referrers: Map<string, ReferrerState>, told: ToldDecision): void {
  const { reviewId, decision, score, decidedAt } = told;
  if (referral.decisions.some((known) => known.reviewId === reviewId && known.decision === decision)) return;
  referral.decisions.push({ reviewId, decision, score, decidedAt });
  if (decision === 'approved') referral.approvedScore = Math.max(score, referral.approvedScore ?? 0);
  if (decision !== 'rejected') return;
  const referrer = referrers.get(referral.referrerId)!;
  countPaying(referral, referrer, () => { referral.isRejected = true; });
  countQualified(tx, referral, referrer);
}
