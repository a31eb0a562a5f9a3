import type { StageEvent } from '@referrals/domain';
import type { Qualification, ReferralBooks } from './bonus-row.js';
import type { Occasion } from './grant-bonuses.js';

/** Keeps what is told of a qualifying payment, in place: a qualification and its revocation may come in any order, and the newest counts. */
export function noteQualification(referral: ReferralBooks, event: StageEvent, { paymentId, at, sequence }: Occasion): boolean {
  if (paymentId === null || sequence === undefined || (event !== 'qualified' && event !== 'retained')) return false;
  const known = entryOf(referral, paymentId);
  if (event === 'retained') known.retainedAt ??= at;
  else known.qualifiedAt ??= at;
  if (event === 'qualified' && sequence > known.sequence) Object.assign(known, { sequence, isRevoked: false });
  return true;
}

/** @returns whether the payment's qualification is revoked by it */
export function noteRevocation(referral: ReferralBooks, { paymentId, sequence }: { paymentId: string; sequence: number }): boolean {
  const known = entryOf(referral, paymentId);
  if (sequence > known.sequence) Object.assign(known, { sequence, isRevoked: true });
  return known.isRevoked;
}

function entryOf(referral: ReferralBooks, paymentId: string): Qualification {
  const known = referral.qualifications.find((entry) => entry.paymentId === paymentId);
  if (known) return known;
  const entry = { paymentId, sequence: -1, qualifiedAt: null, retainedAt: null, isRevoked: false };
  referral.qualifications.push(entry);
  return entry;
}
