import { events, type EventData } from '@referrals/contracts';
import type { AnyEvent, ReceivedEvent } from '@referrals/messaging';
import type { EventKind } from '@referrals/persistence';

/** An event of a kind as it was received. */
export type Received<E extends keyof typeof events> = ReceivedEvent<EventData<(typeof events)[E]>>;

/** What a group of events says, as `insights.project` takes it. Times are ISO 8601. */
export interface Facts {
  referrals: { id: string; referrerId: string; refereeId: string; sourceAppId: string | null; registeredAt: string }[];
  stages: { referralId: string; stage: Stage; trigger: string; at: string; sequence: number }[];
  bonuses: BonusFact[];
}

/** One step in a bonus's life: `held`, `released` and `rejected` say how much there is of it, `paid` and `clawed_back` by how much that changed. */
interface BonusFact {
  id: string; referralId: string; userId: string; party: string; event: string; appId: string | null; unit: string;
  sequence: number; kind: 'paid' | 'held' | 'released' | 'rejected' | 'clawed_back'; amount: number; reason: string | null; until: string | null; at: string;
}

export interface Payment {
  paymentId: string;
  userId: string;
  kind: string;
  amount: number;
  currency: string;
  occurredAt: string;
}

type StageEvent = Received<'referralRegistered'> | Received<'referralActivated'> | Received<'referralQualified'> | Received<'referralRetained'> | Received<'referralRevoked'> | Received<'reviewDecided'>;

type Stage = 'registered' | 'activated' | 'qualified' | 'retained' | 'blocked' | 'revoked' | 'rejected';

/** A stage counts on the day of its event's `occurredAt`, for each payment that it rests on; what ends it is kept beside it. */
function stageFacts(stage: Stage, received: StageEvent[]): Partial<Facts> {
  return {
    referrals: received.map(({ data }) => ({
      id: data.referralId, referrerId: data.referrerId, refereeId: data.refereeId, sourceAppId: data.sourceAppId, registeredAt: data.registeredAt,
    })),
    stages: received.map(({ data, occurredAt, sequence }) => ({
      referralId: data.referralId, stage, trigger: 'paymentId' in data ? data.paymentId : '', at: occurredAt, sequence,
    })),
  };
}

type BonusEvent = Received<'bonusPaid'> | Received<'bonusHeld'> | Received<'bonusReleased'> | Received<'bonusRejected'> | Received<'bonusClawedBack'>;

/** Refused as fraud; erasing a person, or a payment that went back, refuses what waits without any. */
const FRAUD: (string | null)[] = ['score', 'review'];

function bonusFacts(kind: BonusFact['kind'], received: BonusEvent[]): Partial<Facts> {
  const bonuses = received.map(({ data, sequence, occurredAt }): BonusFact => ({
    id: data.bonusId, referralId: data.referralId, userId: data.userId, party: data.party, event: data.event, appId: data.appId, unit: data.unit,
    sequence, kind, amount: data.amount, reason: 'reason' in data ? data.reason : null, until: 'holdUntil' in data ? data.holdUntil : null, at: occurredAt,
  }));
  const blocked = bonuses.filter((bonus) => bonus.kind === 'rejected' && FRAUD.includes(bonus.reason));
  return { bonuses, stages: blocked.map(({ referralId, at }) => ({ referralId, stage: 'blocked', trigger: '', at, sequence: 0 })) };
}

const stage = (name: Stage) => (received: AnyEvent[]): Partial<Facts> => stageFacts(name, received);
const bonus = (kind: BonusFact['kind']) => (received: AnyEvent[]): Partial<Facts> => bonusFacts(kind, received);

/** What each kind of event that counts says. */
const FACTS_OF = new Map([
  [events.referralRegistered, stage('registered')],
  [events.referralActivated, stage('activated')],
  [events.referralQualified, stage('qualified')],
  [events.referralRetained, stage('retained')],
  [events.referralRevoked, stage('revoked')],
  [events.reviewDecided, (received: AnyEvent[]) => stageFacts('rejected', (received as Received<'reviewDecided'>[]).filter(({ data }) => data.decision === 'rejected'))],
  [events.bonusPaid, bonus('paid')],
  [events.bonusHeld, bonus('held')],
  [events.bonusReleased, bonus('released')],
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
