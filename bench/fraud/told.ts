import { events, type EventDefinition } from '@referrals/contracts';
import { HOUR } from '@referrals/domain';
import type { AnyEvent, Sealer } from '@referrals/messaging';
import { v7 as uuidv7 } from 'uuid';
import type { Population, SignUp } from './population.js';

export interface Told {
  events: AnyEvent[];
  /** by referral */
  signUps: Map<string, SignUp>;
}

/** What the other rooms tell of a population, in the order in which it happens. */
export function toldOf({ signUps }: Population, sealer: Sealer): Told {
  const told: { at: Date; event: AnyEvent }[] = [];
  const known = new Map<string, SignUp>();
  const codes = new Map<string, { codeId: string; registered: number[] }>();
  const tell = (kind: EventDefinition, at: Date, aggregateId: string, data: object, sequence = 1): void => {
    told.push({ at, event: { id: uuidv7(), type: kind.type, aggregateId, sequence, occurredAt: at.toISOString(), data: data as never } });
  };
  const account = (userId: string, at: Date, createdAt: Date, email: string): void => tell(events.userUpdated, at, userId, {
    userId, displayName: null, createdAt: createdAt.toISOString(), isActive: true, isVerified: false, locale: null, stripeCustomerId: null,
    sealedEmail: sealer.seal({ email }), occurredAt: at.toISOString(),
  });
  for (const signUp of signUps) {
    const { referrer, refereeId, at, context, lookUp, payment } = signUp;
    const code = codes.get(referrer.id) ?? { codeId: uuidv7(), registered: [] };
    if (!codes.has(referrer.id)) {
      codes.set(referrer.id, code);
      account(referrer.id, referrer.createdAt, referrer.createdAt, referrer.email);
      for (const sighting of referrer.seen) {
        tell(events.activityObserved, sighting.at, referrer.id, { userId: referrer.id, occurredAt: sighting.at.toISOString(), context: { sealed: sealer.seal(sighting.context) } });
      }
    }
    if (lookUp) tell(events.codeLookedUp, lookUp.at, code.codeId, { codeId: code.codeId, lookedUpAt: lookUp.at.toISOString(), context: { sealed: sealer.seal({ ip: lookUp.ip }) } });
    code.registered.push(at.getTime());
    const facts = { referralId: uuidv7(), referrerId: referrer.id, refereeId, codeId: code.codeId, sourceAppId: null, registeredAt: at.toISOString() };
    known.set(facts.referralId, signUp);
    tell(events.referralRegistered, at, facts.referralId, {
      ...facts, codeType: 'auto', arrivedAt: at.toISOString(), context: { sealed: sealer.seal(context) },
      referrerRegistrationsLastHour: code.registered.filter((time) => time > at.getTime() - HOUR).length,
    });
    if (payment) {
      tell(events.referralQualified, payment.at, facts.referralId, {
        ...facts, qualifiedAt: payment.at.toISOString(), paymentId: `payment-of-${refereeId}`, firstActivityAt: payment.firstActivityAt?.toISOString() ?? null,
      }, 3);
    }
  }
  return { events: told.sort((a, b) => a.at.getTime() - b.at.getTime()).map(({ event }) => event), signUps: known };
}
