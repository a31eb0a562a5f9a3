import type { Transaction } from '@referrals/persistence';
import type { BonusRow, ReferralBooks, ReferralKey } from './bonus-row.js';
import type { ReferrerState } from './booking.queries.js';
import type { Account } from './ledger.js';
import type { PaymentRow } from './payment-row.js';

export interface SettlementFacts {
  referrals: ReferralBooks[];
  /** Locked; read only when the whole is asked for. */
  referrers: ReferrerState[];
  /** Locked: what is open, or all. */
  bonuses: BonusRow[];
  accounts: Account[];
  /** Those that bonuses name. */
  payments: PaymentRow[];
  /** Of the payments that were asked about. */
  paid: { id: string; occurredAt: string }[];
  /** Those under which bonuses were booked, where another is in force. */
  programmes: { version: number; body: unknown }[];
}

/** @param whole every bonus of the referrals, with all that taking back needs; otherwise what is pending or held */
export async function beginSettlement(
  tx: Transaction, referrals: readonly ReferralKey[], { paymentIds = [], whole = false }: { paymentIds?: string[]; whole?: boolean } = {},
): Promise<SettlementFacts> {
  const [row] = await tx.rows<{ facts: { [K in keyof SettlementFacts]: SettlementFacts[K] | null } }>(
    'select begin_settlement($1::json, $2::text[], $3) as facts', [JSON.stringify(referrals), paymentIds, whole]);
  const { facts } = row!;
  return {
    referrals: facts.referrals ?? [], referrers: facts.referrers ?? [], bonuses: facts.bonuses ?? [], accounts: facts.accounts ?? [],
    payments: facts.payments ?? [], paid: facts.paid ?? [], programmes: facts.programmes ?? [],
  };
}
