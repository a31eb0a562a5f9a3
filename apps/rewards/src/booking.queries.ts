import type { BonusEvent, Party } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import type { BonusRow, BonusStatus, ReferralKey, ReferralState } from './bonus-row.js';
import type { Account, TransferRow } from './ledger.js';

export interface ReferrerState {
  userId: string;
  qualifiedCount: number;
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
  status: BonusStatus;
}

export interface BookingFacts {
  referrals: ReferralState[];
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

export interface Booking {
  bonuses: BonusRow[];
  transfers: TransferRow[];
  referrers: ReferrerState[];
  qualifications: { id: string; qualifiedAt: string; paymentId: string }[];
}

/**
 * Paying is inserting: the grant key refuses a second one. The ids are also given as arrays, so that a plan made while a
 * table was small still looks rows up by key when it has grown.
 */
const WRITE_BOOKING = `with
  booked as (insert into bonus select * from json_populate_recordset(null::bonus, $2::json)),
  moved as (insert into transfer select * from json_populate_recordset(null::transfer, $3::json)),
  qualified as (update referral r set qualified_at = t."qualifiedAt", qualifying_payment_id = t."paymentId"
    from json_to_recordset($4::json) as t(id uuid, "qualifiedAt" timestamptz, "paymentId" text)
    where r.id = t.id and r.id = any(array(select id from json_to_recordset($4::json) as k(id uuid))))
  update referrer r set qualified_count = t."qualifiedCount", claims = t.claims, sequence = t.sequence
  from json_to_recordset($5::json) as t("userId" text, "qualifiedCount" int, claims timestamptz[], sequence int)
  where r.user_id = t."userId" and r.user_id = any(array(select "userId" from json_to_recordset($5::json) as k("userId" text)))`;

export const writeBooking = (tx: Transaction, { bonuses, transfers, qualifications, referrers }: Booking): Promise<unknown> =>
  tx.write(WRITE_BOOKING, [bonuses, transfers, qualifications, referrers].map((list) => JSON.stringify(list)));
