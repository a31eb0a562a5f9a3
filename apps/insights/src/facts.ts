import { events, type EventData } from '@referrals/contracts';
import type { AnyEvent, ReceivedEvent } from '@referrals/messaging';
import type { EventKind } from '@referrals/persistence';

/** An event of a kind as it was received. */
export type Received<E extends keyof typeof events> = ReceivedEvent<EventData<(typeof events)[E]>>;

/** What a group of events says, as `insights.project` takes it. Times are ISO 8601. */
export interface Facts {
  referrals: { id: string; referrerId: string; refereeId: string; sourceAppId: string | null; registeredAt: string }[];
  stages: { referralId: string; stage: 'registered' | 'activated' | 'qualified' | 'retained' | 'blocked'; trigger: string; at: string }[];
  bonuses: BonusFact[];
}

interface BonusFact {
  id: string; referralId: string; userId: string; party: string; event: string; appId: string | null; unit: string; amount: number;
  status: 'paid' | 'held' | 'rejected' | 'clawed_back'; sequence: number;
  holdReason: string | null; holdUntil: string | null; heldAt: string | null; paidAt: string | null;
}

export interface Payment {
  paymentId: string;
  userId: string;
  kind: string;
  amount: number;
  currency: string;
  occurredAt: string;
}

type StageEvent = Received<'referralRegistered'> | Received<'referralActivated'> | Received<'referralQualified'> | Received<'referralRetained'>;

type Stage = 'registered' | 'activated' | 'qualified' | 'retained';

/** A stage counts on the day of its event's `occurredAt`, for each payment that it rests on. */
function stageFacts(stage: Stage, received: StageEvent[]): Partial<Facts> {
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

function bonusFacts(status: BonusFact['status'], received: BonusEvent[]): Partial<Facts> {
  const bonuses = received.map(({ data, sequence, occurredAt }): BonusFact => ({
    id: data.bonusId, referralId: data.referralId, userId: data.userId, party: data.party, event: data.event, appId: data.appId,
    unit: data.unit, amount: data.amount, status, sequence,
    holdReason: 'reason' in data ? data.reason : null, holdUntil: 'holdUntil' in data ? data.holdUntil : null,
    heldAt: status === 'held' ? occurredAt : null, paidAt: status === 'paid' ? occurredAt : null,
  }));
  const blocked = bonuses.map((bonus, index) => ({ bonus, at: received[index]!.occurredAt })).filter(({ bonus }) => bonus.status === 'rejected' && FRAUD.includes(bonus.holdReason));
  return { bonuses, stages: blocked.map(({ bonus, at }) => ({ referralId: bonus.referralId, stage: 'blocked', trigger: '', at })) };
}

const stage = (name: Stage) => (received: AnyEvent[]): Partial<Facts> => stageFacts(name, received);
const bonus = (status: BonusFact['status']) => (received: AnyEvent[]): Partial<Facts> => bonusFacts(status, received);

/** What each kind of event that counts says. */
const FACTS_OF = new Map([
  [events.referralRegistered, stage('registered')],
  [events.referralActivated, stage('activated')],
  [events.referralQualified, stage('qualified')],
  [events.referralRetained, stage('retained')],
  [events.bonusPaid, bonus('paid')],
  [events.bonusHeld, bonus('held')],
  [events.bonusReleased, bonus('paid')],
  [events.bonusRejected, bonus('rejected')],
  [events.bonusClawedBack, bonus('clawed_back')],
] as [EventKind<unknown>, (received: AnyEvent[]) => Partial<Facts>][]);

export const COUNTED = [...FACTS_OF.keys()];

/** All that a group of events says. */
export function factsOf(received: AnyEvent[]): Facts {
  const byType = Map.groupBy(received, ({ type }) => type);
  const parts = [...FACTS_OF].map(([kind, said]) => said(byType.get(kind.type) ?? []));
  const all = <K extends keyof Facts>(key: K) => parts.flatMap((part) => (part[key] ?? []) as unknown as Facts[K][number][]) as Facts[K];
  return { referrals: all('referrals'), stages: all('stages'), bonuses: all('bonuses') };
}
