import type { EventData, events } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import type { ReferralBooks } from './bonus-row.js';

type Imported = ReceivedEvent<EventData<typeof events.referralsImported>>;

/** Whether another system made the referral: it counts for tier, level and batch, and nothing is paid for it. */
export const isHistory = ({ decisions = [] }: Partial<Pick<ReferralBooks, 'decisions'>>): boolean => decisions.some(({ decision }) => decision === 'imported');

/** Notes that a referral is history, in place, where an event of it comes before the import's own. @returns whether that is news */
export function noteHistory(referral: ReferralBooks, at: Date): boolean {
  if (isHistory(referral)) return false;
  referral.decisions.push({ reviewId: '', decision: 'imported', score: 0, decidedAt: at.toISOString() });
  return true;
}

/** Counts referrals that another system made, by one statement for all of them. */
export async function noteImports(tx: Transaction, received: Imported[]): Promise<void> {
  const referrals = received.flatMap(({ data }) => data.referrals);
  const column = (name: 'referralId' | 'referrerId' | 'refereeId' | 'registeredAt' | 'qualifiedAt' | 'retainedAt') => referrals.map((referral) => referral[name]);
  await tx.rows('select import_referrals($1, $2, $3, $4, $5, $6, $7)', [
    column('referralId'), column('referrerId'), column('refereeId'), column('registeredAt'), column('qualifiedAt'), column('retainedAt'), tx.now,
  ]);
}
