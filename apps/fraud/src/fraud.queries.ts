import type { Transaction } from '@referrals/persistence';
import type { Fingerprint } from './fingerprints.js';

/** A user was seen with a value. */
export interface Fact extends Fingerprint {
  userId: string;
  seenAt: string;
}

export interface ReferralRow {
  referralId: string;
  referrerId: string;
  refereeId: string;
  codeId: string;
  sourceAppId: string | null;
  registeredAt: string;
}

export interface Registration extends ReferralRow {
  ipHash: string | null;
  deviceHash: string | null;
  notes: string[];
}

export interface Qualification extends ReferralRow {
  paymentId: string;
  qualifiedAt: string;
  firstActivityAt: string | null;
  /** the newest qualification of a referral is the one that counts */
  sequence: number;
}

export interface Observation {
  facts?: Fact[];
  /** one per referral */
  registrations?: Registration[];
  /** one per referral */
  qualifications?: Qualification[];
}

/** A referral as it stands after an observation, with the sightings of its referrer that may matter. */
export interface LoadedReferral extends Omit<ReferralRow, 'registeredAt'> {
  registeredAt: Date;
  /** of the newest qualification known; null before any */
  paymentId: string | null;
  /** that the last assessment named */
  assessedPaymentId: string | null;
  /** of the last assessment; 0 before the first */
  sequence: number;
  signals: { signal: string; weight: number; evidence: never }[];
  sightings: { kind: 'ip' | 'device'; firstSeenAt: string; lastSeenAt: string }[];
}

export interface AssessmentRow {
  referralId: string;
  sequence: number;
  score: number;
  signals: unknown;
  paymentId: string | null;
}

/** Stores what was observed, and loads every referral whose assessment it may change. */
export function observe(tx: Transaction, observation: Observation): Promise<LoadedReferral[]> {
  const { sameIpDays, sameDeviceDays } = tx.programme.fraud.windows;
  return tx.rows<LoadedReferral>('select * from observe($1, $2)', [JSON.stringify(observation), Math.max(sameIpDays, sameDeviceDays)]);
}

export async function writeAssessments(tx: Transaction, assessments: AssessmentRow[]): Promise<void> {
  await tx.write(
    `update assessment set sequence = t.sequence, score = t.score, signals = t.signals, assessed_payment_id = t."paymentId",
       programme_version = $3, assessed_at = common.now()
     from json_to_recordset($2::json) as t("referralId" uuid, sequence int, score int, signals json, "paymentId" text)
     where assessment.referral_id = t."referralId"`,
    [JSON.stringify(assessments), tx.programme.version],
  );
}
