import type { AddressType, WeighedSignal, MatchedPattern, ReviewStatus } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import type { Fingerprint, MailboxFingerprint } from './fingerprints.js';
import type { ReviewChange } from './review-changes.js';

/** A user was seen with a value. */
export interface Fact extends Fingerprint {
  userId: string;
  seenAt: string;
}

export interface MailboxFact extends MailboxFingerprint {
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
  previousIpHash: string | null;
  deviceHash: string | null;
  previousDeviceHash: string | null;
  /** one opaque text for all sign-ups that this referrer brought from one address */
  addressGroup: string | null;
  notes: string[];
  addressType: AddressType | null;
  recentRegistrations: number;
  /** device patterns that match */
  matches: string[];
  /** in the clear, to be compared with networks; never stored */
  ip: string | null;
  box: string | null;
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
  mailboxes?: MailboxFact[];
  accounts?: { userId: string; createdAt: string | null; sequence: number }[];
  lookUps?: { codeId: string; hash: string; at: string }[];
  /** one per referral */
  registrations?: Registration[];
  /** one per referral */
  qualifications?: Qualification[];
  /** referrals to be scored again, though nothing new was told of them */
  rescored?: { referralId: string }[];
}

export interface OpenReview {
  id: string;
  status: ReviewStatus;
  score: number;
  peakScore: number;
  sequence: number;
}

/** A referral as it stands after an observation, with all that may matter for its score. */
export interface LoadedReferral extends Omit<ReferralRow, 'registeredAt'> {
  registeredAt: Date;
  addressGroup: string | null;
  /** the verdict so far: once it was shared, it stays so */
  isSharedAddress: boolean;
  /** of the newest qualification known; null before any */
  paymentId: string | null;
  /** that the last assessment named */
  assessedPaymentId: string | null;
  /** of the last assessment; 0 before the first */
  sequence: number;
  score: number | null;
  signals: (WeighedSignal & { evidence: never })[];
  facts: LoadedFacts;
  /** switched on, and matching the sign-up or a mailbox */
  patterns: MatchedPattern[];
  /** the newest of the referral */
  review: OpenReview | null;
}

interface LoadedFacts {
  sightings: { kind: 'ip' | 'device'; firstSeenAt: string; lastSeenAt: string }[];
  othersAtAddress: number;
  isSharedNetwork: boolean;
  disposableDomains: string[];
  mailboxMatch: 'same' | 'same_without_digits' | null;
  firstLookUpAt: string | null;
  recentRegistrations: number;
  addressType: AddressType | null;
  referrerCreatedAt: string | null;
  qualifiedAt: string | null;
  firstActivityAt: string | null;
}

export interface AssessmentRow {
  referralId: string;
  sequence: number;
  score: number;
  signals: WeighedSignal[];
  isSharedAddress: boolean;
  paymentId: string | null;
}

/** Stores what was observed, and loads every referral whose assessment it may change. */
export function observe(tx: Transaction, observation: Observation): Promise<LoadedReferral[]> {
  const { sameIpDays, sameDeviceDays, rapidRegistrationSeconds, newAccountDays } = tx.programme.fraud.windows;
  const { sharedIpDays } = tx.programme.batchRewards;
  const rules = { windowDays: Math.max(sameIpDays, sameDeviceDays, sharedIpDays), rapidSeconds: rapidRegistrationSeconds, newAccountDays };
  return tx.rows<LoadedReferral>('select * from observe($1, $2)', [JSON.stringify(observation), JSON.stringify(rules)]);
}

/** The ids are also given as an array: a plan made while the table was small would read all of it for every group once it has grown. */
const WRITE = `with
  assessed as (
    update assessment set sequence = t.sequence, score = t.score, signals = t.signals, is_shared_address = t."isSharedAddress", assessed_payment_id = t."paymentId",
      programme_version = $3, assessed_at = common.now()
    from json_to_recordset($2::json) as t("referralId" uuid, sequence int, score int, signals json, "isSharedAddress" boolean, "paymentId" text)
    where assessment.referral_id = t."referralId"
      and assessment.referral_id = any(array(select k."referralId" from json_to_recordset($2::json) as k("referralId" uuid)))),
  opened as (
    insert into review (id, referral_id, referrer_id, referee_id, code_id, source_app_id, registered_at, score, peak_score, signals, priority, status,
      created_at, lapses_at)
    select t.id, t."referralId", t."referrerId", t."refereeId", t."codeId", t."sourceAppId", t."registeredAt", t.score, t.score, t.signals, t.priority,
      'pending', $5, t."lapsesAt"
    from json_to_recordset($4::json -> 'opened') as t(id uuid, "referralId" uuid, "referrerId" text, "refereeId" text, "codeId" uuid, "sourceAppId" text,
      "registeredAt" timestamptz, score int, signals json, priority text, "lapsesAt" timestamptz)),
  rescored as (
    update review set score = t.score, peak_score = t."peakScore", signals = t.signals, priority = t.priority,
      lapses_at = case when t.priority = 'medium' then review.lapses_at end, sequence = review.sequence + 1
    from json_to_recordset($4::json -> 'rescored') as t(id uuid, score int, "peakScore" int, signals json, priority text)
    where review.id = t.id)
  insert into review_entry (id, review_id, kind, actor, body, at)
  select t.id, t."reviewId", t.kind, 'fraud', t.body, $5
  from json_to_recordset($4::json -> 'entries') as t(id uuid, "reviewId" uuid, kind text, body json)`;

export async function writeAssessments(tx: Transaction, assessments: AssessmentRow[], reviews: ReviewChange): Promise<void> {
  await tx.write(WRITE, [JSON.stringify(assessments), tx.programme.version, JSON.stringify(reviews), tx.now]);
}
