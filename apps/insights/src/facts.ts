import type { EventData, events } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';

/** An event of a kind as it was received. */
export type Received<E extends keyof typeof events> = ReceivedEvent<EventData<(typeof events)[E]>>;

/** What a group of events says, as `insights.project` takes it. Times are ISO 8601. */
export interface Facts {
  referrals?: { id: string; referrerId: string; refereeId: string; sourceAppId: string | null; registeredAt: string }[];
  stages?: { referralId: string; stage: 'registered' | 'activated' | 'qualified' | 'retained' | 'blocked'; trigger: string; at: string }[];
  bonuses?: BonusFact[];
}

interface BonusFact {
  id: string; referralId: string; userId: string; party: string; event: string; appId: string | null; unit: string; amount: number;
  status: 'paid' | 'held' | 'rejected' | 'clawed_back'; sequence: number;
  holdReason: string | null; holdUntil: string | null; heldAt: string | null; paidAt: string | null;
}

type StageEvent = Received<'referralRegistered'> | Received<'referralActivated'> | Received<'referralQualified'> | Received<'referralRetained'>;

/** A stage counts on the day of its event's `occurredAt`, for each payment that it rests on. */
export function stageFacts(stage: 'registered' | 'activated' | 'qualified' | 'retained', received: StageEvent[]): Facts {
  return {
    referrals: received.map(({ data }) => ({
      id: data.referralId, referrerId: data.referrerId, refereeId: data.refereeId, sourceAppId: data.sourceAppId, registeredAt: data.registeredAt,
    })),
    stages: received.map(({ data, occurredAt }) => ({
      referralId: data.referralId, stage, trigger: 'paymentId' in data ? data.paymentId : '', at: occurredAt,
    })),
  };
}

type BonusEvent = Received<'bonusPaid'> | Received<'bonusHeld'> | Received<'bonusReleased'> | Received<'bonusRejected'> | Received<'bonusClawedBack'>;

/** Refused as fraud; erasing a person, or a payment that went back, refuses what waits without any. */
const FRAUD: (string | null)[] = ['score', 'review'];

export function bonusFacts(status: BonusFact['status'], received: BonusEvent[]): Facts {
  const bonuses = received.map(({ data, sequence, occurredAt }): BonusFact => ({
    id: data.bonusId, referralId: data.referralId, userId: data.userId, party: data.party, event: data.event, appId: data.appId,
    unit: data.unit, amount: data.amount, status, sequence,
    holdReason: 'reason' in data ? data.reason : null, holdUntil: 'holdUntil' in data ? data.holdUntil : null,
    heldAt: status === 'held' ? occurredAt : null, paidAt: status === 'paid' ? occurredAt : null,
  }));
  const blocked = bonuses.map((bonus, index) => ({ bonus, at: received[index]!.occurredAt })).filter(({ bonus }) => bonus.status === 'rejected' && FRAUD.includes(bonus.holdReason));
  return { bonuses, stages: blocked.map(({ bonus, at }) => ({ referralId: bonus.referralId, stage: 'blocked', trigger: '', at })) };
}
