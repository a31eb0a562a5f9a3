import type { Transaction } from '@referrals/persistence';
import { settleBonuses } from './apply-assessments.js';
import type { BonusRow, ReferralBooks, ReferralKey } from './bonus-row.js';
import { grantBonuses, type Occasion } from './grant-bonuses.js';
import { grantDays } from './grant-days.js';
import { noteRevocation } from './note-qualifications.js';
import { countQualified } from './paying-referees.js';
import { beginSettlement } from './settlement.queries.js';
import { takeBackAccess } from './take-back-access.js';
import { writeBooks } from './write-books.js';

export interface ToldRevocation extends ReferralKey {
  paymentId: string;
  /** Of the referral's changes, as its room counts them. */
  sequence: number;
}

/**
 * Takes back what revoked qualifications paid, and books what another payment earned that had to wait until then.
 * @returns the bonuses that changed or were booked
 */
export async function revokeQualifications(tx: Transaction, told: readonly ToldRevocation[]): Promise<BonusRow[]> {
  const facts = await beginSettlement(tx, told, { whole: true });
  const referrals = new Map(facts.referrals.map((referral) => [referral.id, referral]));
  const revoked = told.filter((revocation) => noteRevocation(referrals.get(revocation.referralId)!, revocation));
  for (const referral of facts.referrals) countQualified(tx, referral, facts.referrers.find(({ userId }) => userId === referral.referrerId)!);
  facts.bonuses = facts.bonuses.filter(({ family }) => family !== 'access');
  const { changed, transfers } = settleBonuses(tx, facts, 'revocation');
  await writeBooks(tx, { referrals: facts.referrals, referrers: facts.referrers, bonuses: changed, transfers });
  await takeBackAccess(tx, revoked.map(({ referralId, paymentId }) => ({ referralId, paymentId, how: 'revoke' as const, reason: 'revocation' as const })));
  const waiting = facts.referrals.flatMap(waitingOccasions);
  const booked = await bookWaiting(tx, waiting);
  return [...changed, ...booked, ...(await grantDays(tx, revoked.map(({ refereeId }) => refereeId)))];
}

/** What came before the revocation that made room for it. */
const waitingOccasions = (referral: ReferralBooks): { qualified: Occasion | null; retained: Occasion | null }[] =>
  referral.qualifications.filter(({ isRevoked }) => !isRevoked).map(({ paymentId, qualifiedAt, retainedAt }) => {
    const { id: referralId, referrerId, refereeId, registeredAt } = referral;
    const occasion = (at: string | null) => (at === null ? null : { referralId, referrerId, refereeId, registeredAt, at, paymentId, appId: null });
    return { qualified: occasion(qualifiedAt), retained: occasion(retainedAt) };
  });

async function bookWaiting(tx: Transaction, waiting: ReturnType<typeof waitingOccasions>): Promise<BonusRow[]> {
  const booked: BonusRow[] = [];
  for (const event of ['qualified', 'retained'] as const) {
    const occasions = waiting.flatMap((one) => one[event] ?? []);
    if (occasions.length > 0) booked.push(...(await grantBonuses(tx, event, occasions)));
  }
  return booked;
}
