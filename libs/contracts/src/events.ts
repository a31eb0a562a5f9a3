import { z } from 'zod';
import type { RoomName } from './plumbing.contract.js';
import { Amount, Id, Instant, SealedContext, Unit } from './words.js';
import { FraudSignal, Stage } from './relationships.contract.js';
import { Party } from './rewards.contract.js';
import { SubscriptionStatus } from './access.contract.js';

/** A fact that one room tells all others. `version` is that of its data's shape. */
export interface EventDefinition<Data extends z.ZodType = z.ZodType> {
  type: string;
  version: number;
  summary: string;
  data: Data;
}

const event = <Data extends z.ZodType>(type: string, summary: string, data: Data): EventDefinition<Data> => ({ type, version: 1, summary, data });

/** What every event about a referral says of it, so that nobody has to ask back. */
export const ReferralFacts = z.object({
  referralId: Id,
  referrerId: z.string(),
  refereeId: z.string(),
  codeId: Id,
  sourceAppId: z.string().nullable(),
  registeredAt: Instant,
  /** history of another system: what happens to it pays nothing */
  isImported: z.literal(true).optional(),
});

const bonusFacts = z.object({
  bonusId: Id,
  referralId: Id,
  userId: z.string(),
  party: Party,
  event: z.string(),
  appId: z.string().nullable(),
  unit: Unit,
  amount: Amount,
  /** the payment that set it off, for cashback and what a qualification pays */
  paymentId: z.string().nullable().optional(),
});
/** What every event about money that went back says of its payment. */
const paymentReturn = z.object({
  paymentId: z.string(),
  userId: z.string(),
  amount: Amount,
  currency: z.string(),
  /** when the payment was made */
  paidAt: Instant,
  /** of the payment so far, refunds and lost disputes together */
  returnedAmount: Amount,
  /** when it had gone back in full, or a dispute of it was lost */
  returnedAt: Instant.nullable(),
  /** it went back soon enough to qualify nobody */
  isRevoked: z.boolean(),
  /** of the refund, or of the dispute's present state */
  occurredAt: Instant,
});

const bonusWithHold = bonusFacts.extend({ reason: z.string(), holdUntil: Instant.nullable() });

export const events = {
  referralRegistered: event('referral.registered', 'somebody signed up with a code', ReferralFacts.extend({
    codeType: z.enum(['auto', 'custom', 'campaign']),
    /** when it arrived, where `registeredAt` is when it happened */
    arrivedAt: Instant,
    /** registrations of the referrer in the hour before it arrived, itself included; campaign codes not counted */
    referrerRegistrationsLastHour: z.int(),
    context: SealedContext.nullable(),
  })),
  /** Between our rooms: hosts know what they have imported. */
  referralsImported: event('referrals.imported', 'referrals that another system made, with the stages they reached there', z.object({
    referrals: z.array(ReferralFacts.extend({ activatedAt: Instant.nullable(), qualifiedAt: Instant.nullable(), retainedAt: Instant.nullable() })),
  })),
  referralActivated: event('referral.activated', 'the referee used the product for the first time', ReferralFacts.extend({ activatedAt: Instant })),
  referralQualified: event('referral.qualified', "the referee's first payment settled", ReferralFacts.extend({
    qualifiedAt: Instant,
    paymentId: z.string(),
    firstActivityAt: Instant.nullable(),
  })),
  referralRetained: event('referral.retained', 'the referee stayed', ReferralFacts.extend({ retainedAt: Instant, paymentId: z.string() })),
  referralAppActivated: event('referral.app_activated', 'the referee used another app', ReferralFacts.extend({ appId: z.string(), usedAt: Instant })),
  referralAssessed: event('referral.assessed', 'fraud scored a referral', ReferralFacts.extend({
    score: z.int(),
    signals: z.array(FraudSignal),
    /** the qualifying payment that this assessment has seen; null at registration */
    paymentId: z.string().nullable(),
    stage: Stage,
    /**
     * of the sign-up address, once it has been judged; `group` is one opaque text for all referees of this referrer with the same address,
     * null where it is not known
     */
    address: z.object({ known: z.boolean(), group: z.string().nullable(), sharedWithReferrer: z.boolean() }).nullable().optional(),
  })),
  activityObserved: event('activity.observed', 'a user acted from somewhere; told only with a context', z.object({
    userId: z.string(),
    occurredAt: Instant,
    context: SealedContext,
  })),
  userUpdated: event('user.updated', "what is known of a user changed; e-mails travel sealed", z.object({
    userId: z.string(),
    displayName: z.string().nullable(),
    createdAt: Instant.nullable(),
    isActive: z.boolean(),
    isVerified: z.boolean(),
    locale: z.string().nullable(),
    stripeCustomerId: z.string().nullable(),
    sealedEmail: z.string().nullable(),
    occurredAt: Instant,
  })),
  paymentSettled: event('payment.settled', 'a payment settled', z.object({
    paymentId: z.string(),
    userId: z.string(),
    kind: z.enum(['topup', 'purchase', 'renewal']),
    amount: Amount,
    currency: z.string(),
    periodDays: z.int().nullable(),
    occurredAt: Instant,
  })),
  paymentRefunded: event('payment.refunded', 'part of a payment, or all of it, went back', paymentReturn.extend({
    refundId: z.string(),
    appliedAmount: Amount,
  })),
  paymentDisputed: event('payment.disputed', 'a dispute of a payment was opened, won or lost', paymentReturn.extend({
    disputeId: z.string(),
    status: z.enum(['opened', 'won', 'lost']),
    /** null: the whole payment */
    disputedAmount: Amount.nullable(),
  })),
  referralRevoked: event('referral.revoked', 'the qualifying payment went back; another one may qualify anew', ReferralFacts.extend({
    /** the payment that the qualification was told with */
    paymentId: z.string(),
    revokedAt: Instant,
  })),
  bonusPaid: event('bonus.paid', 'a bonus was paid when it was assessed', bonusFacts),
  bonusHeld: event('bonus.held', 'a bonus waits', bonusWithHold),
  bonusReleased: event('bonus.released', 'a held bonus was paid', bonusFacts),
  bonusRejected: event('bonus.rejected', 'a bonus was refused', bonusFacts.extend({ reason: z.string() })),
  bonusClawedBack: event('bonus.clawed_back', 'what a bonus had paid was taken back', bonusFacts.extend({ reason: z.string() })),
  tierChanged: event('tier.changed', "a referrer's tier changed", z.object({ userId: z.string(), tier: z.string(), qualifiedCount: z.int() })),
  codeLookedUp: event('code.looked_up', 'a code was looked up from an address for the first time', z.object({
    codeId: Id,
    lookedUpAt: Instant,
    context: SealedContext,
  })),
  codeAlarmed: event('code.alarmed', 'a code looks leaked: too much was refused or registered with it in 24 hours', z.object({
    codeId: Id,
    reason: z.enum(['refusals', 'registrations']),
    refused: z.int(),
    registered: z.int(),
    alarmedAt: Instant,
  })),
  reviewOpened: event('review.opened', 'a referral waits for a person', ReferralFacts.extend({
    reviewId: Id,
    score: z.int(),
    priority: z.enum(['medium', 'high', 'critical']),
    openedAt: Instant,
  })),
  reviewDecided: event('review.decided', 'a person decided about a referral', ReferralFacts.extend({
    reviewId: Id,
    decision: z.enum(['approved', 'rejected', 'escalated']),
    /** that the decision saw: an approval stands for it */
    score: z.int(),
    decidedBy: z.string(),
    decidedAt: Instant,
  })),
  reviewOverdue: event('review.overdue', 'nobody has decided a review for very long', ReferralFacts.extend({
    reviewId: Id,
    score: z.int(),
    priority: z.enum(['medium', 'high', 'critical']),
    openedAt: Instant,
  })),
  trialStarted: event('trial.started', 'a user started a trial, referred or not', z.object({
    userId: z.string(),
    appId: z.string().nullable(),
    periodDays: z.int().nullable(),
    occurredAt: Instant,
  })),
  referrerNotified: event('notification.referrer', 'a message for a referrer, ready to be shown', z.object({
    userId: z.string(),
    kind: z.enum(['registration', 'trial', 'payment']),
    locale: z.enum(['en', 'de', 'ru']),
    title: z.string(),
    text: z.string(),
    referralId: Id,
    refereeId: z.string(),
    /** of a payment: what was paid and what the referrer gets of it */
    payment: z.object({ amount: Amount, currency: z.string(), periodDays: z.int().nullable(), cashback: Amount }).nullable(),
    trialDays: z.int().nullable(),
    progress: z.object({ paidReferees: z.int(), level: z.int(), nextLevelAt: z.int().nullable() }).nullable(),
  })),
  webhookEndpointDisabled: event('webhook_endpoint.disabled', 'an endpoint accepted nothing for too long; an operator can switch it on again', z.object({
    endpointId: Id,
    url: z.string(),
    failingSince: Instant,
  })),
  accessExtended: event('access.extended', 'a user got days of paid access', z.object({
    grantId: Id,
    userId: z.string(),
    days: z.int(),
    from: Instant,
    until: Instant,
    source: z.enum(['referral', 'operator']),
    /** the bonus that paid them; null for an operator's */
    bonusId: Id.nullable(),
  })),
  subscriptionUpdated: event('subscription.updated', 'a subscription was reported; one that is `trialing` is a trial', z.object({
    userId: z.string(),
    plan: z.string().nullable(),
    status: SubscriptionStatus,
    startedAt: Instant,
    expiresAt: Instant.nullable(),
    occurredAt: Instant,
  })),
} satisfies Record<string, EventDefinition>;

export type EventData<E extends EventDefinition> = z.output<E['data']>;

/** What hosts hear of, over the stream and by webhook; the rest is between rooms. */
export const HOST_EVENTS: EventDefinition[] = Object.values(events).filter((kind) => kind !== events.activityObserved && kind !== events.referralsImported);

/** Who reads what: the broker's consumers are made from it. In which order a room handles a group its controller says. */
export const SUBSCRIPTIONS: Record<RoomName, EventDefinition[]> = {
  codes: [events.referralRegistered, events.userUpdated, events.codeAlarmed, events.referralsImported],
  relationships: [
    events.paymentSettled, events.referralAssessed, events.subscriptionUpdated, events.paymentRefunded, events.paymentDisputed,
  ],
  fraud: [
    events.userUpdated, events.referralRegistered, events.activityObserved, events.referralQualified, events.codeLookedUp, events.bonusHeld,
    events.bonusReleased,
  ],
  rewards: [
    events.referralRegistered, events.referralActivated, events.referralAppActivated, events.referralQualified, events.referralRetained, events.referralAssessed,
    events.userUpdated, events.referralRevoked, events.reviewDecided, events.referralsImported,
  ],
  scheduler: [],
  insights: [
    events.userUpdated, events.referralRegistered, events.referralActivated, events.referralQualified, events.referralRetained, events.referralRevoked, events.reviewDecided,
    events.paymentSettled, events.bonusPaid, events.bonusHeld, events.bonusReleased, events.bonusRejected, events.bonusClawedBack,
    events.referralsImported,
  ],
  notifications: [...HOST_EVENTS, events.referralsImported],
};
