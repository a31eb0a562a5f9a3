import type { EventData, events } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { ToldAssessment } from './apply-assessments.js';
import type { ToldDecision } from './apply-decisions.js';
import type { ReferralKey } from './bonus-row.js';
import type { Occasion } from './grant-bonuses.js';
import type { ToldRevocation } from './revoke-qualifications.js';

const keyOf = ({ referralId, referrerId, refereeId, registeredAt, isImported }: ReferralKey): ReferralKey =>
  ({ referralId, referrerId, refereeId, registeredAt, ...(isImported && { isImported }) });

/** @param at when the stage was reached or the app used */
export const asOccasion = (data: ReferralKey, at: string, of: { paymentId?: string; appId?: string; sequence?: number } = {}): Occasion => ({
  ...keyOf(data), at, paymentId: of.paymentId ?? null, appId: of.appId ?? null, ...(of.sequence !== undefined && { sequence: of.sequence }),
});

export const asAssessment = ({ data, sequence, occurredAt }: ReceivedEvent<EventData<typeof events.referralAssessed>>): ToldAssessment => ({
  ...keyOf(data), sequence, score: data.score, paymentId: data.paymentId, assessedAt: occurredAt,
});

export const asRevocation = ({ data, sequence }: ReceivedEvent<EventData<typeof events.referralRevoked>>): ToldRevocation =>
  ({ ...keyOf(data), paymentId: data.paymentId, sequence });

export const asDecision = ({ data }: ReceivedEvent<EventData<typeof events.reviewDecided>>): ToldDecision => ({
  ...keyOf(data), reviewId: data.reviewId, decision: data.decision, score: data.score, decidedAt: data.decidedAt,
});
