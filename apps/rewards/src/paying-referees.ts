import { events } from '@referrals/contracts';
import { tierOf } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import type { ReferralBooks } from './bonus-row.js';
import type { ReferrerState } from './booking.queries.js';

const isPaying = ({ payingCount, isRejected }: ReferralBooks): boolean => payingCount > 0 && !isRejected;

/** Counts a referral for its referrer's cashback level as long as one of its payments counts and nobody rejected it. */
export function countPaying(referral: ReferralBooks, referrer: ReferrerState, change: (referral: ReferralBooks) => void): void {
  const before = isPaying(referral);
  change(referral);
  referrer.paidCount += Number(isPaying(referral)) - Number(before);
}

/** The qualification that counts for the tier: one that stands, of a referral that nobody rejected; null without one. */
export function standingQualification({ qualifications, isRejected, qualifyingPaymentId }: ReferralBooks): { paymentId: string; at: string } | null {
  const standing = qualifications.filter(({ isRevoked, qualifiedAt }) => !isRevoked && qualifiedAt !== null);
  const found = isRejected ? undefined : (standing.find(({ paymentId }) => paymentId === qualifyingPaymentId) ?? standing[0]);
  return found ? { paymentId: found.paymentId, at: found.qualifiedAt! } : null;
}

/** Counts a referral for its referrer's tier, once, as long as a qualification of it stands; tells a change of the tier. */
export function countQualified(tx: Transaction, referral: ReferralBooks, referrer: ReferrerState): boolean {
  const found = standingQualification(referral);
  if ((found?.paymentId ?? null) === referral.qualifyingPaymentId) return false;
  const step = Number(found !== null) - Number(referral.qualifyingPaymentId !== null);
  referral.qualifyingPaymentId = found?.paymentId ?? null;
  referral.qualifiedAt = found?.at ?? null;
  const before = tierOf(referrer.qualifiedCount, tx.programme.tiers).tier;
  referrer.qualifiedCount += step;
  const { tier } = tierOf(referrer.qualifiedCount, tx.programme.tiers);
  if (tier !== before) {
    referrer.sequence += 1;
    const data = { userId: referrer.userId, tier, qualifiedCount: referrer.qualifiedCount };
    tx.emit(events.tierChanged, { aggregateId: referrer.userId, sequence: referrer.sequence, occurredAt: tx.now, data });
  }
  return true;
}
