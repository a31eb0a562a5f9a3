import {
  assessedDecision, cashbackDue, holdUntil, isBefore, NO_BALANCES, settle, type Approval, type Assessment, type AssessedBonus, type Balances, type Position,
  type Target, type Transfer,
} from '@referrals/domain';
import type { Programme } from '@referrals/config';
import type { BonusRow, ReferralBooks, ReferralState } from './bonus-row.js';
import type { PaymentRow } from './payment-row.js';

/** What money asks of a bonus beside its referral: the payment that it names, and its user's balances in its unit. */
export interface BonusMoney {
  payment: Pick<PaymentRow, 'id' | 'amount' | 'returned' | 'at_stake' | 'is_revoked'> | null;
  balances: Balances;
}

type Referral = ReferralState & Partial<Pick<ReferralBooks, 'qualifications' | 'decisions'>>;

const instantOf = (text: string | null): Date | null => (text === null ? null : new Date(text));

const assessmentsOf = (referral: Referral): Assessment[] =>
  referral.assessments.map(({ paidAt, assessedAt, ...rest }) => ({ ...rest, paidAt: instantOf(paidAt), assessedAt: new Date(assessedAt) }));

const approvalsOf = ({ decisions = [] }: Referral): Approval[] =>
  decisions.filter(({ decision }) => decision === 'approved').map(({ score, decidedAt }) => ({ score, decidedAt: new Date(decidedAt) }));

const revokedOf = ({ qualifications = [] }: Referral): string[] =>
  qualifications.filter(({ isRevoked }) => isRevoked).map(({ paymentId }) => paymentId);

/**
 * What the qualifying payment earns the referrer waits for the assessment that names it; retention follows a qualification that was assessed.
 * Cashback waits for the first assessment of any payment that still qualifies: a later payment finds it there.
 */
function awaited({ party, event, payment_id: paymentId }: BonusRow, referral: Referral): AssessedBonus['awaits'] {
  if (party !== 'referrer') return null;
  if (event === 'retained') return 'any';
  if (event === 'access') return paymentId !== null && paymentId === (referral.qualifyingPaymentId ?? paymentId) ? 'any' : null;
  if (event === 'cashback') return { anyBut: revokedOf(referral).filter((revoked) => revoked !== paymentId) };
  return event === 'qualified' && paymentId !== null ? { paymentId } : null;
}

/**
 * Decides a bonus by what is known of its referral and its payment, in place, and says what that moves: by the difference alone, so that deciding
 * the same again moves nothing. A bonus that was paid stays paid but for what is taken back.
 * @param programme the one in force when it was booked
 */
export function decideBonus(
  bonus: BonusRow, referral: Referral, programme: Programme, now: Date, { payment, balances }: BonusMoney = { payment: null, balances: NO_BALANCES },
): Transfer[] {
  const isBooking = bonus.status === 'pending' && bonus.ledger_entry_ids.length === 0;
  const { decision, score } = bonus.was_paid
    ? { decision: referral.isRejected ? ('reject' as const) : bonus.decision, score: bonus.score }
    : assessedDecision(
      { event: bonus.event, party: bonus.party, triggeredAt: new Date(bonus.triggered_at), awaits: awaited(bonus, referral) },
      {
        assessments: assessmentsOf(referral), thresholds: programme.fraud.thresholds, approvedScore: referral.approvedScore,
        isRejected: referral.isRejected || (isBooking && isErased(bonus)), approvals: approvalsOf(referral),
      },
      { decision: bonus.decision, score: bonus.score },
      waitsForRoom(bonus, now),
    );
  Object.assign(bonus, { decision, score });
  const target = targetOf(bonus, referral, payment, now);
  // what was in hold at the erasure stays away, also when its dispute is won
  const due = isErased(bonus) ? Math.min(target.due, bonus.amount - bonus.taken_back) : target.due;
  return moveBonus(bonus, { ...target, due }, programme, now, balances);
}

/** Pays a bonus whose hold is over. */
export const releaseBonus = (bonus: BonusRow, programme: Programme, now: Date, balances: Balances): Transfer[] =>
  moveBonus(bonus, { rejects: false, pays: true, due: bonus.amount - bonus.taken_back, stake: 0 }, programme, now, balances);

/** A payment that went back in full takes its days along; where the qualification goes with it, its revocation does, and they are granted anew. */
export const endsDays = (
  { id, returned, amount, is_revoked: isRevoked }: Pick<PaymentRow, 'id' | 'amount' | 'returned' | 'is_revoked'>, { qualifyingPaymentId }: ReferralState,
): boolean => returned === amount && (!isRevoked || (qualifyingPaymentId !== null && qualifyingPaymentId !== id));

function targetOf(bonus: BonusRow, referral: Referral, payment: BonusMoney['payment'], now: Date): Target {
  const { decision, event, amount } = bonus;
  const isRevoked = (event === 'qualified' || event === 'retained') && bonus.payment_id !== null && revokedOf(referral).includes(bonus.payment_id);
  const rejects = decision === 'reject';
  const pays = bonus.was_paid || (decision === 'pay' && !waitsForRoom(bonus, now));
  if (rejects || isRevoked) return { rejects, pays, due: 0, stake: 0 };
  if (bonus.family === 'access') {
    // days are taken back by themselves: see take-back-access.ts
    const areOver = !bonus.was_paid && payment !== null && endsDays(payment, referral);
    return { rejects: areOver, pays, due: areOver ? 0 : amount - bonus.taken_back, stake: 0 };
  }
  if (!payment) return { rejects, pays, due: amount, stake: bonus.stake };
  const returns = { amount: payment.amount, returned: payment.returned, atStake: payment.at_stake };
  if (bonus.family === 'cashback') return { rejects, pays, ...cashbackDue(returns, bonus.multiplier) };
  return { rejects, pays, due: amount, stake: returns.atStake > 0 ? amount : 0 };
}

function moveBonus(bonus: BonusRow, target: Target, programme: Programme, now: Date, balances: Balances): Transfer[] {
  const isGranted = bonus.status !== 'rejected' && (bonus.ledger_entry_ids.length > 0 || bonus.was_paid);
  const before: Position = { isGranted, wasPaid: bonus.was_paid, held: bonus.held, takenBack: bonus.taken_back, stake: bonus.stake };
  const { position, transfers } = settle(bonus.amount, before, target, balances, bonus.unit);
  const wasHeld = isGranted && bonus.status === 'held';
  Object.assign(bonus, { was_paid: position.wasPaid, held: position.held, taken_back: position.takenBack, stake: position.stake });
  Object.assign(bonus, standing(bonus, target, programme));
  if (wasHeld && bonus.status === 'paid') bonus.released_at = now.toISOString();
  return transfers;
}

/** Who was erased earns nothing more; what was earned before stays where it is. */
const isErased = ({ user_id: userId }: BonusRow): boolean => userId.startsWith('erased:');

type Standing = Pick<BonusRow, 'status' | 'hold_reason' | 'hold_until'>;

const heldFor = (hold_reason: BonusRow['hold_reason'], until: Date | null = null): Standing =>
  ({ status: 'held', hold_reason, hold_until: until?.toISOString() ?? null });
const at = (status: BonusRow['status']): Standing => ({ status, hold_reason: null, hold_until: null });

function standing(bonus: BonusRow, target: Target, programme: Programme): Standing {
  const { decision, created_at: bookedAt, amount } = bonus;
  if (target.rejects && !bonus.was_paid) return at('rejected');
  if (amount > 0 && bonus.taken_back === amount) return at('clawed_back');
  if (bonus.was_paid) return bonus.held > 0 ? heldFor('dispute') : at('paid');
  if (decision === 'pending') return { status: 'pending', hold_reason: 'assessment', hold_until: null };
  if (decision === 'review') return heldFor('review');
  if (target.stake > 0) return heldFor('dispute');
  const claimAt = instantOf(bonus.claim_at);
  if (decision === 'pay') return heldFor('claim_limit', claimAt);
  const end = holdUntil(new Date(bookedAt), programme.fraud.holdHours);
  return heldFor('score', claimAt && isBefore(end, claimAt) ? claimAt : end);
}

const waitsForRoom = ({ claim_at: claimAt }: BonusRow, now: Date): boolean => claimAt !== null && isBefore(now, new Date(claimAt));
