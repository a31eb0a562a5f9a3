import { events } from '@referrals/contracts';
import type { Transaction } from '@referrals/persistence';
import type { BonusRow } from './bonus-row.js';

/** Why something was taken back. */
export type TakeBackReason = 'refund' | 'dispute' | 'revocation' | 'review';

/** What was known of a bonus before a decision. */
export type Known = Pick<BonusRow, 'status' | 'decision' | 'score' | 'hold_reason' | 'hold_until' | 'held' | 'taken_back' | 'stake'>;

export const knownOf = ({ status, decision, score, hold_reason, hold_until, held, taken_back, stake }: BonusRow): Known =>
  ({ status, decision, score, hold_reason, hold_until, held, taken_back, stake });

export const isChanged = (before: Known, bonus: BonusRow): boolean =>
  (['status', 'decision', 'score', 'hold_reason', 'held', 'taken_back', 'stake'] as const).some((field) => before[field] !== bonus[field]) ||
  Date.parse(before.hold_until ?? '') !== Date.parse(bonus.hold_until ?? '') && before.hold_until !== bonus.hold_until;

/**
 * Tells what became of a bonus; one that still waits for its first assessment is nobody's business yet. Amounts are what is left of the bonus, for
 * `bonus.clawed_back` what was taken back this time.
 * @param before null at booking: what had gone back by then was never given
 * @param refusal why it was refused, if it was
 */
export function tellBonus(
  tx: Transaction, bonus: BonusRow, before: Known | null = null, reason: TakeBackReason = 'refund', refusal: string = reason === 'review' ? reason : 'score',
): void {
  const { status, hold_reason: holdReason } = bonus;
  if (status === 'pending') return;
  const taken = before && before.status !== 'pending' ? bonus.taken_back - before.taken_back : 0;
  if (taken > 0 && before?.status !== 'rejected') emit(tx, bonus, events.bonusClawedBack, { amount: taken, reason });
  const isNew = status !== before?.status || holdReason !== before.hold_reason;
  const amount = bonus.amount - bonus.taken_back;
  if (status === 'paid' && isNew) emit(tx, bonus, before?.status === 'held' ? events.bonusReleased : events.bonusPaid, { amount });
  else if (status === 'paid' && taken < 0) emit(tx, bonus, events.bonusPaid, { amount: -taken });
  else if (status === 'held' && isNew) emit(tx, bonus, events.bonusHeld, { amount, reason: holdReason!, holdUntil: bonus.hold_until });
  else if (status === 'rejected' && isNew) emit(tx, bonus, events.bonusRejected, { amount: bonus.amount, reason: refusal });
}

type Told = typeof events.bonusPaid | typeof events.bonusHeld | typeof events.bonusRejected | typeof events.bonusClawedBack;

function emit(tx: Transaction, bonus: BonusRow, kind: Told, more: { amount: number; reason?: string; holdUntil?: string | null }): void {
  const { id, referral_id: referralId, user_id: userId, party, event, app_id: appId, unit, payment_id: paymentId } = bonus;
  bonus.sequence += 1;
  const data = { bonusId: id, referralId, userId, party, event, appId, unit, paymentId, ...more };
  tx.emit(kind, { aggregateId: id, sequence: bonus.sequence, occurredAt: tx.now, data });
}
