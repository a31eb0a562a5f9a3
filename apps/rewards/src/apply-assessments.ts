import { Programme } from '@referrals/config';
import type { Transaction } from '@referrals/persistence';
import type { AssessmentEntry, BonusRow, ReferralBooks, ReferralKey } from './bonus-row.js';
import { decideBonus } from './decide-bonus.js';
import { Journal } from './ledger.js';
import { beginSettlement, type SettlementFacts } from './settlement.queries.js';
import { isChanged, knownOf, tellBonus, type TakeBackReason } from './tell-bonus.js';
import { writeBooks } from './write-books.js';

export interface ToldAssessment extends ReferralKey, Omit<AssessmentEntry, 'paidAt'> {}

/**
 * Settles what waited for an assessment, and moves what is held up a band where the score rose; a falling score releases nothing.
 * Assessments are acted on in their own order: one that overtook an earlier one waits for it.
 * @returns the bonuses that changed
 */
export async function applyAssessments(tx: Transaction, told: readonly ToldAssessment[]): Promise<BonusRow[]> {
  const facts = await beginSettlement(tx, told, { paymentIds: [...new Set(told.flatMap(({ paymentId }) => paymentId ?? []))] });
  const paidAt = new Map(facts.paid.map((payment) => [payment.id, payment.occurredAt]));
  const referrals = new Map(facts.referrals.map((referral) => [referral.id, referral]));
  for (const { referralId, sequence, score, paymentId, assessedAt } of told) {
    const { assessments } = referrals.get(referralId)!;
    if (assessments.some((known) => known.sequence === sequence)) continue;
    assessments.push({ sequence, score, paymentId, paidAt: paymentId === null ? null : (paidAt.get(paymentId) ?? null), assessedAt });
  }
  const { changed, transfers } = settleBonuses(tx, facts);
  await writeBooks(tx, { referrals: facts.referrals, bonuses: changed, transfers });
  return changed;
}

/** Decides loaded bonuses anew, in place, and tells what changed. */
export function settleBonuses(tx: Transaction, facts: SettlementFacts, reason: TakeBackReason = 'refund'): { changed: BonusRow[]; transfers: Journal['rows'] } {
  const referrals = new Map<string, ReferralBooks>(facts.referrals.map((referral) => [referral.id, referral]));
  const payments = new Map(facts.payments.map((payment) => [payment.id, payment]));
  const journal = new Journal(facts.accounts, tx.now);
  const programmeOf = programmes(tx, facts.programmes);
  const changed = facts.bonuses.filter((bonus) => {
    const before = knownOf(bonus);
    const money = { payment: payments.get(bonus.payment_id ?? '') ?? null, balances: journal.balancesOf(bonus.user_id, bonus.unit) };
    const referral = referrals.get(bonus.referral_id)!;
    journal.book(bonus, decideBonus(bonus, referral, programmeOf(bonus.programme_version), tx.now, money));
    if (!isChanged(before, bonus)) return false;
    tellBonus(tx, bonus, before, reason);
    return true;
  });
  return { changed, transfers: journal.rows };
}

/** A bonus keeps the programme under which it was booked. */
function programmes(tx: Transaction, others: readonly { version: number; body: unknown }[]): (version: number) => Programme {
  const known = new Map<number, Programme>(others.map(({ version, body }) => [version, Programme.parse(body)]));
  return (version) => known.get(version) ?? tx.programme;
}
