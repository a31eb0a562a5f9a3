import { v7 as uuidv7 } from 'uuid';
import { events, SUBSCRIPTIONS, type EventDefinition } from '@referrals/contracts';
import { applyEvents, subscriptionsOf, type AnyEvent } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { RewardsController } from './rewards.controller.js';

/** For specs: what other rooms tell of one referral, as it arrives here. */
export class ToldReferral {
  readonly facts;

  constructor(referrerId: string, refereeId: string, registeredAt: string, readonly id = uuidv7()) {
    this.facts = { referralId: this.id, referrerId, refereeId, codeId: uuidv7(), sourceAppId: null, registeredAt };
  }

  registered = (): AnyEvent =>
    this.event(events.referralRegistered, this.facts.registeredAt, {
      codeType: 'auto', arrivedAt: this.facts.registeredAt, referrerRegistrationsLastHour: 1, context: null,
    });
  activated = (activatedAt: string): AnyEvent => this.event(events.referralActivated, activatedAt, { activatedAt });
  qualified = (qualifiedAt: string, paymentId: string): AnyEvent =>
    this.event(events.referralQualified, qualifiedAt, { qualifiedAt, paymentId, firstActivityAt: null });
  retained = (retainedAt: string, paymentId: string): AnyEvent => this.event(events.referralRetained, retainedAt, { retainedAt, paymentId });
  revoked = (paymentId: string, sequence: number, revokedAt: string): AnyEvent =>
    this.event(events.referralRevoked, revokedAt, { paymentId, revokedAt }, sequence);
  requalified = (qualifiedAt: string, paymentId: string, sequence: number): AnyEvent =>
    this.event(events.referralQualified, qualifiedAt, { qualifiedAt, paymentId, firstActivityAt: null }, sequence);
  decided = (decision: 'approved' | 'rejected' | 'escalated', score: number, decidedAt: string, reviewId = uuidv7()): AnyEvent =>
    this.event(events.reviewDecided, decidedAt, { reviewId, decision, score, decidedBy: 'key', decidedAt });
  appActivated = (usedAt: string, appId: string): AnyEvent => this.event(events.referralAppActivated, usedAt, { usedAt, appId });
  assessed = (sequence: number, score: number, paymentId: string | null, at: string, address: object | null = null): AnyEvent =>
    this.event(events.referralAssessed, at, { score, signals: [], paymentId, stage: paymentId ? 'qualified' : 'registered', address }, sequence);

  private event(kind: EventDefinition, occurredAt: string, data: object, sequence = 1): AnyEvent {
    return { id: uuidv7(), type: kind.type, aggregateId: this.id, sequence, occurredAt, data: { ...this.facts, ...data } as never };
  }
}

/** Hands events to the room's handlers as its consumer does, in one transaction. */
export async function deliver(db: Database, received: AnyEvent[]): Promise<void> {
  const log = { info: () => undefined };
  const controller = new RewardsController({ db, log } as never);
  const subscriptions = subscriptionsOf(controller);
  if (subscriptions.length !== SUBSCRIPTIONS.rewards.length) throw new Error('the room does not handle what it subscribes to');
  await db.transaction((tx) => applyEvents(tx, subscriptions, received));
}

/** The same facts told anew, as the outbox of another try would. */
export const again = (event: AnyEvent): AnyEvent => ({ ...event, id: uuidv7() });
