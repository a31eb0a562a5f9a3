import type { EventData, events } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { ToldAssessment } from './apply-assessments.js';
import type { ReferralKey } from './bonus-row.js';
import type { Occasion } from './grant-bonuses.js';

const keyOf = ({ referralId, referrerId, refereeId, registeredAt }: ReferralKey): ReferralKey => ({ referralId, referrerId, refereeId, registeredAt });

/** @param at when the stage was reached or the app used */
export const asOccasion = (data: ReferralKey, at: string, of: { paymentId?: string; appId?: string } = {}): Occasion => ({
  ...keyOf(data), at, paymentId: of.paymentId ?? null, appId: of.appId ?? null,
});

export const asAssessment = ({ data, sequence, occurredAt }: ReceivedEvent<EventData<typeof events.referralAssessed>>): ToldAssessment => ({
  ...keyOf(data), sequence, score: data.score, paymentId: data.paymentId, assessedAt: occurredAt,
});
