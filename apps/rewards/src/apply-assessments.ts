import { Programme } from '@referrals/config';
import type { Transaction } from '@referrals/persistence';
import { beginAssessment, writeSettlement } from './assessment.queries.js';
import type { AssessmentEntry, BonusRow, ReferralKey } from './bonus-row.js';
import { decideBonus } from './decide-bonus.js';
import { Journal } from './ledger.js';
import { tellBonus } from './tell-bonus.js';

export interface ToldAssessment extends ReferralKey, Omit<AssessmentEntry, 'paidAt'> {}

/**
 * Settles what waited for an assessment, and moves what is held up a band where the score rose; a falling score releases nothing.
 * Assessments are acted on in their own order: one that overtook an earlier one waits for it.
 * @returns the bonuses that changed
 */
export async function applyAssessments(tx: Transaction, told: readonly ToldAssessment[]): Promise<BonusRow[]> {
  const facts = await beginAssessment(tx, told, [...new Set(told.flatMap(({ paymentId }) => paymentId ?? []))]);
  const paidAt = new Map(facts.payments.map((payment) => [payment.id, payment.occurredAt]));
  const referrals = new Map(facts.referrals.map((referral) => [referral.id, referral]));
  for (const { referralId, sequence, score, paymentId, assessedAt } of told) {
    const { assessments } = referrals.get(referralId)!;
    if (assessments.some((known) => known.sequence === sequence)) continue;
    assessments.push({ sequence, score, paymentId, paidAt: paymentId === null ? null : (paidAt.get(paymentId) ?? null), assessedAt });
  }
  const journal = new Journal(facts.accounts, tx.now);
  const programmeOf = programmes(tx, facts.programmes);
  const changed = facts.bonuses.filter((bonus) => {
    const before = bonus.decision;
    const transfers = decideBonus(bonus, referrals.get(bonus.referral_id)!, programmeOf(bonus.programme_version), tx.now);
    if (bonus.decision === before) return false;
    journal.book(bonus, transfers);
    tellBonus(tx, bonus);
    return true;
  });
  await writeSettlement(tx, {
    referrals: facts.referrals.map(({ id, assessments }) => ({ id, assessments })),
    bonuses: changed,
    transfers: journal.rows,
  });
  return changed;
}

/** A bonus keeps the programme under which it was booked. */
function programmes(tx: Transaction, others: readonly { version: number; body: unknown }[]): (version: number) => Programme {
  const known = new Map<number, Programme>(others.map(({ version, body }) => [version, Programme.parse(body)]));
  return (version) => known.get(version) ?? tx.programme;
}
