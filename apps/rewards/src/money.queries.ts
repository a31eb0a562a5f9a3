import type { Transaction } from '@referrals/persistence';
import type { BonusRow, ReferralBooks } from './bonus-row.js';
import type { ReferrerState } from './booking.queries.js';
import type { Account } from './ledger.js';
import type { PaymentRow, RefundRow, ReportRow } from './payment-row.js';

export interface MoneyFacts {
  payments: PaymentRow[];
  refunds: RefundRow[];
  reports: ReportRow[];
  /** Those in which a payer is the referee. */
  referrals: ReferralBooks[];
  referrers: ReferrerState[];
  /** Those that name one of the payments. */
  bonuses: BonusRow[];
  accounts: Account[];
  programmes: { version: number; body: unknown }[];
}

/** A payment that comes, or one about which something comes; `waiting` ones are known, and their payers locked already. */
export interface MoneyItem {
  id: string;
  userId?: string;
  currency?: string;
  waiting?: true;
}

/** Locks payments and payers, known or not, with all that hangs on them, and reads it. */
export async function beginMoney(
  tx: Transaction, items: readonly MoneyItem[], { refundIds = [], disputeIds = [] }: { refundIds?: string[]; disputeIds?: string[] } = {},
): Promise<MoneyFacts> {
  const [row] = await tx.rows<{ facts: { [K in keyof MoneyFacts]: MoneyFacts[K] | null } }>(
    'select begin_money($1::json, $2::text[], $3::text[]) as facts', [JSON.stringify(items), refundIds, disputeIds]);
  const { facts } = row!;
  return {
    payments: facts.payments ?? [], refunds: facts.refunds ?? [], reports: facts.reports ?? [], referrals: facts.referrals ?? [],
    referrers: facts.referrers ?? [], bonuses: facts.bonuses ?? [], accounts: facts.accounts ?? [], programmes: facts.programmes ?? [],
  };
}

/** Payments of these users that belong to no referral yet; locks the users, so that one that comes at this moment is seen or sees us. */
export async function waitingPayments(tx: Transaction, payers: string[]): Promise<string[]> {
  const [row] = await tx.rows<{ ids: string[] | null }>('select waiting_payments($1::text[]) as ids', [payers]);
  return row!.ids ?? [];
}
