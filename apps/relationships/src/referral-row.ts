import type { Referral } from '@referrals/contracts';
import type { ActivitySummary, CodeType, PaymentFact, Stage } from '@referrals/domain';

/** A row of `referral`, as the database tells it in JSON: instants are text there, and Dates nowhere before they are needed. */
export interface ReferralRow {
  id: string;
  referrer_id: string;
  referee_id: string;
  code_id: string;
  code_type: CodeType;
  source_app_id: string | null;
  stage: Stage;
  registered_at: string;
  arrived_at: string;
  activated_at: string | null;
  qualified_at: string | null;
  qualifying_payment_id: string | null;
  /** The payment that the qualification was last told with; null before one, and after its revocation. */
  told_payment_id: string | null;
  retained_at: string | null;
  converted_at: string | null;
  credited_at: string | null;
  first_use_at: string | null;
  first_trial_at: string | null;
  first_activity_at: string | null;
  first_use_by_app: Record<string, string>;
  told_apps: string[];
  fraud_score: number | null;
  fraud_signals: Referral['fraudSignals'];
  is_flagged: boolean;
  assessment_sequence: number;
  /** when another system's referral came here; null for our own */
  imported_at: string | null;
  sequence: number;
}

export interface PaymentRow {
  payment_id: string;
  user_id: string;
  occurred_at: string;
  revoked: boolean;
  /** of the news that said so */
  sequence: number;
}

export const instantOf = (text: string | null): Date | null => (text === null ? null : new Date(text));
const iso = (text: string | null): string | null => (text === null ? null : new Date(text).toISOString());

export const paymentFact = (row: PaymentRow): PaymentFact => ({
  id: row.payment_id,
  occurredAt: new Date(row.occurred_at),
  status: 'settled',
  revoked: row.revoked,
});

/** What the row keeps of the referee's activity; the days that retention looks at stay in their own table. */
export const summaryOf = (row: ReferralRow): ActivitySummary => ({
  firstUseAt: instantOf(row.first_use_at),
  firstTrialAt: instantOf(row.first_trial_at),
  firstActivityAt: instantOf(row.first_activity_at),
  firstUseByApp: new Map(Object.entries(row.first_use_by_app).map(([appId, at]) => [appId, new Date(at)])),
  days: new Map(),
});

export function referralOf(row: ReferralRow, trackableApps: readonly string[]): Referral {
  const used = Object.entries(row.first_use_by_app).filter(([appId]) => trackableApps.includes(appId));
  return {
    id: row.id,
    referrerId: row.referrer_id,
    refereeId: row.referee_id,
    codeId: row.code_id,
    sourceAppId: row.source_app_id,
    stage: row.stage,
    registeredAt: iso(row.registered_at)!,
    activatedAt: iso(row.activated_at),
    qualifiedAt: iso(row.qualified_at),
    retainedAt: iso(row.retained_at),
    convertedAt: iso(row.converted_at),
    creditedAt: iso(row.credited_at),
    fraudScore: row.fraud_score,
    fraudSignals: row.fraud_signals,
    isFlagged: row.is_flagged,
    appsUsed: used.sort((a, b) => Date.parse(a[1]) - Date.parse(b[1])).map(([appId]) => appId),
  };
}

/** What every event about a referral says of it. */
export const factsOf = (row: ReferralRow) => ({
  referralId: row.id,
  referrerId: row.referrer_id,
  refereeId: row.referee_id,
  codeId: row.code_id,
  sourceAppId: row.source_app_id,
  registeredAt: iso(row.registered_at)!,
  ...(row.imported_at !== null && { isImported: true as const }),
});
