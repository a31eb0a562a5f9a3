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
  await tx.rows('select note_imports($1::json, $2)', [JSON.stringify(referrals), tx.now]);
}
