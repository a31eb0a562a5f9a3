import {
  assessedDecision, bookHeld, bookPaid, holdUntil, isBefore, NO_BALANCES, release, voidHeld, type Assessment, type AssessedBonus, type Transfer,
} from '@referrals/domain';
import type { Programme } from '@referrals/config';
import type { BonusRow, ReferralState } from './bonus-row.js';

const instantOf = (text: string | null): Date | null => (text === null ? null : new Date(text));

const assessmentsOf = (referral: ReferralState): Assessment[] =>
  referral.assessments.map(({ paidAt, assessedAt, ...rest }) => ({ ...rest, paidAt: instantOf(paidAt), assessedAt: new Date(assessedAt) }));

/** What the qualifying payment earns the referrer waits for the assessment that names it; retention follows a qualification that was assessed. */
function awaited({ party, event, payment_id: paymentId }: BonusRow): AssessedBonus['awaits'] {
  if (party !== 'referrer') return null;
  if (event === 'retained') return 'any';
  return event === 'qualified' && paymentId !== null ? { paymentId } : null;
}

/**
 * Decides a bonus by what is known of its referral, in place, and says what that moves. A bonus being booked is `pending` with no
 * entries yet, and moves once, straight to where it belongs; one booked before moves on from the held account.
 * @param programme the one in force when it was booked
 */
export function decideBonus(bonus: BonusRow, referral: ReferralState, programme: Programme, now: Date): Transfer[] {
  const isBooking = bonus.status === 'pending' && bonus.ledger_entry_ids.length === 0;
  const { decision, score } = assessedDecision(
    { event: bonus.event, party: bonus.party, triggeredAt: new Date(bonus.triggered_at), awaits: awaited(bonus) },
    { assessments: assessmentsOf(referral), thresholds: programme.fraud.thresholds, approvedScore: referral.approvedScore, isRejected: referral.isRejected || (isBooking && isErased(bonus)) },
    { decision: bonus.decision, score: bonus.score },
    waitsForRoom(bonus, now),
  );
  if (decision !== bonus.decision) Object.assign(bonus, { decision, score, ...standing({ ...bonus, decision }, programme, now) });
  const { status, unit, amount } = bonus;
  const held = { ...NO_BALANCES, held: amount };
  if (status === 'paid') return isBooking ? bookPaid(NO_BALANCES, unit, amount) : release(held, unit, amount);
  if (status === 'rejected') return isBooking ? [] : voidHeld(held, unit, amount);
  return isBooking ? bookHeld(unit, amount) : [];
}

/** Who was erased earns nothing more; what was earned before stays where it is. */
const isErased = ({ user_id: userId }: BonusRow): boolean => userId.startsWith('erased:');

type Standing = Pick<BonusRow, 'status' | 'hold_reason' | 'hold_until'>;

function standing(bonus: BonusRow, programme: Programme, now: Date): Standing {
  const { decision, created_at: bookedAt } = bonus;
  const claimAt = instantOf(bonus.claim_at);
  if (decision === 'reject') return { status: 'rejected', hold_reason: null, hold_until: null };
  if (decision === 'review') return { status: 'held', hold_reason: 'review', hold_until: null };
  if (decision === 'hold') {
    const end = holdUntil(new Date(bookedAt), programme.fraud.holdHours);
    const until = claimAt && isBefore(end, claimAt) ? claimAt : end;
    return { status: 'held', hold_reason: 'score', hold_until: until.toISOString() };
  }
  if (claimAt && waitsForRoom(bonus, now)) return { status: 'held', hold_reason: 'claim_limit', hold_until: claimAt.toISOString() };
  return { status: 'paid', hold_reason: null, hold_until: null };
}

const waitsForRoom = ({ claim_at: claimAt }: BonusRow, now: Date): boolean => claimAt !== null && isBefore(now, new Date(claimAt));
