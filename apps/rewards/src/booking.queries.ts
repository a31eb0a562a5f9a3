import type { BonusEvent, Party } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import type { BonusStatus, ReferralBooks, ReferralKey } from './bonus-row.js';
import type { Account } from './ledger.js';

export interface ReferrerState {
  userId: string;
  qualifiedCount: number;
  /** Referees who ever paid. */
  paidCount: number;
  /** When the last bonuses took their places in the sliding day, oldest first. */
  claims: string[];
  sequence: number;
}

export interface Granted {
  referralId: string;
  event: BonusEvent;
  party: Party;
  appId: string | null;
  trigger: string;
  paymentId: string | null;
  status: BonusStatus;
}

export interface BookingFacts {
  referrals: ReferralBooks[];
  referrers: ReferrerState[];
  accounts: Account[];
  granted: Granted[];
}

/** Makes the rows that are missing, locks referrals and referrers, and reads what bookings are decided by. */
export async function beginBooking(tx: Transaction, referrals: readonly ReferralKey[], parties: Party[]): Promise<BookingFacts> {
  const [row] = await tx.rows<{ facts: { [K in keyof BookingFacts]: BookingFacts[K] | null } }>(
    'select begin_booking($1::json, $2::text[]) as facts', [JSON.stringify(referrals), parties]);
  const { referrals: known, referrers, accounts, granted } = row!.facts;
  return { referrals: known ?? [], referrers: referrers ?? [], accounts: accounts ?? [], granted: granted ?? [] };
}

