import type { Transaction } from '@referrals/persistence';
import type { BonusRow } from './bonus-row.js';
import { grantDays } from './grant-days.js';
import { takeBackAccess } from './take-back-access.js';
import type { TakeBackReason } from './tell-bonus.js';

/** Payments that went back, and whether each would qualify if it had not: all before it are revoked as well. */
const GONE = `select p.referral_id as "referralId", p.id as "paymentId", p.is_revoked and not exists (
    select from payment e where e.user_id = p.user_id and e.referral_id = p.referral_id and e.status = 'settled' and not e.is_revoked
      and (e.occurred_at, e.id collate "C") < (p.occurred_at, p.id collate "C")) as "wasQualifying", p.returned = p.amount as "isFull"
  from payment p where p.user_id = any($1) and p.referral_id = any($2) and (p.is_revoked or p.returned = p.amount)`;

interface GonePayment {
  referralId: string;
  paymentId: string;
  wasQualifying: boolean;
  isFull: boolean;
}

/**
 * Payments that went back take their days along. With the qualification, the next payment that is there brings new ones; without it,
 * what is left is cut and nothing is granted again. Nobody has to tell: the payments themselves say which of them qualified.
 * @returns the bonuses that were booked anew
 */
export async function endDays(tx: Transaction, referrals: readonly { referralId: string; refereeId: string; reason: TakeBackReason }[]): Promise<BonusRow[]> {
  if (referrals.length === 0) return [];
  const reasons = new Map(referrals.map(({ referralId, reason }) => [referralId, reason]));
  const gone = (await tx.rows<GonePayment>(GONE, [referrals.map(({ refereeId }) => refereeId), [...reasons.keys()]]))
    .filter(({ wasQualifying, isFull }) => wasQualifying || isFull);
  await takeBackAccess(tx, gone.map(({ referralId, paymentId, wasQualifying }) => (
    { referralId, paymentId, how: wasQualifying ? 'revoke' as const : 'cut' as const, reason: wasQualifying ? 'revocation' : reasons.get(referralId)! })));
  const revoked = new Set(gone.filter(({ wasQualifying }) => wasQualifying).map(({ referralId }) => referralId));
  return grantDays(tx, referrals.filter(({ referralId }) => revoked.has(referralId)).map(({ refereeId }) => refereeId));
}
