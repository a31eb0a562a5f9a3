import { events } from '@referrals/contracts';
import type { Transaction } from '@referrals/persistence';
import type { BonusRow } from './bonus-row.js';

/** Tells what became of a bonus; one that still waits for its first assessment is nobody's business yet. */
export function tellBonus(tx: Transaction, bonus: BonusRow): void {
  const { id, referral_id: referralId, user_id: userId, party, event, app_id: appId, unit, amount, status } = bonus;
  if (status === 'pending') return;
  bonus.sequence += 1;
  const facts = { bonusId: id, referralId, userId, party, event, appId, unit, amount, paymentId: bonus.payment_id };
  const common = { aggregateId: id, sequence: bonus.sequence, occurredAt: tx.now };
  if (status === 'paid') tx.emit(events.bonusPaid, { ...common, data: facts });
  if (status === 'held') tx.emit(events.bonusHeld, { ...common, data: { ...facts, reason: bonus.hold_reason!, holdUntil: bonus.hold_until } });
  if (status === 'rejected') tx.emit(events.bonusRejected, { ...common, data: { ...facts, reason: 'score' } });
}
