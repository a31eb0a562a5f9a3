import { z } from 'zod';
import { contract } from './contract.js';
import { AppId, ClientContext, Context, FactId, Id, Instant, pageOf, Paging, UserId, text } from './words.js';

export const Stage = z.enum(['registered', 'activated', 'qualified', 'retained']);
export const FraudSignal = z.object({ signal: z.string(), weight: z.int(), evidence: z.json() });

export const Referral = z.object({
  id: Id,
  referrerId: z.string(),
  refereeId: z.string(),
  codeId: Id,
  sourceAppId: z.string().nullable(),
  stage: Stage,
  registeredAt: Instant,
  activatedAt: Instant.nullable(),
  qualifiedAt: Instant.nullable(),
  retainedAt: Instant.nullable(),
  convertedAt: Instant.nullable().meta({ description: 'first settled payment, revoked or not' }),
  creditedAt: Instant.nullable().meta({ description: 'when access days were granted for this referral' }),
  fraudScore: z.int().nullable().meta({ description: 'null until scored' }),
  fraudSignals: z.array(FraudSignal),
  isFlagged: z.boolean(),
  appsUsed: z.array(z.string()).meta({ description: 'trackable apps used, earliest first' }),
}).meta({ id: 'Referral' });
export type Referral = z.output<typeof Referral>;

export const RegistrationReply = z.object({ outcome: z.enum(['registered', 'already_registered']), referral: Referral });

const userFacts = {
  userId: UserId,
  email: text(320).nullable().optional(),
  displayName: text(200).nullable().optional(),
  createdAt: Instant.optional(),
  isActive: z.boolean().optional(),
  isVerified: z.boolean().optional(),
  locale: text(35).optional(),
  stripeCustomerId: text(128).optional(),
  occurredAt: Instant.optional(),
};

/** Over HTTP a context comes in the clear and the gateway seals it; over NATS it may come either way. */
const registrationWith = <C extends z.ZodType>(context: C) =>
  z
    .strictObject({
      refereeId: UserId,
      code: text(256).optional().meta({ examples: ['ABCD2345'] }),
      attributionToken: text(1_024).optional(),
      appId: AppId.optional(),
      occurredAt: Instant.optional(),
      context: context.optional(),
    })
    .refine((body) => (body.code === undefined) !== (body.attributionToken === undefined), {
      path: ['code'],
      message: 'either code or attributionToken',
    });

const activityWith = <C extends z.ZodType>(context: C) =>
  z.strictObject({
    id: FactId,
    userId: UserId,
    kind: z.enum(['login', 'credit_used', 'app_used', 'trial_started']),
    appId: AppId.optional(),
    periodDays: z.int().min(1).max(3_660).optional(),
    occurredAt: Instant.optional(),
    context: context.optional(),
  });

export const relationships = {
  updateUser: contract('relationships.updateUser', 'what the host tells of a user; per field the latest occurredAt wins', {
    request: z.strictObject({
      ...userFacts,
      /** the e-mail once it is sealed; over HTTP it comes as `email`, null included */
      sealedEmail: text(4_096).nullable().optional(),
    }),
    reply: z.object({
      userId: z.string(),
      createdAt: Instant.nullable(),
      isActive: z.boolean(),
      isVerified: z.boolean(),
      locale: z.string().nullable(),
      updatedAt: Instant,
    }).meta({ id: 'User' }),
    http: { method: 'PUT', path: '/v1/users/{userId}', scope: 'service', tag: 'Users', refusals: ['occurred_in_future'], request: z.strictObject(userFacts) },
  }),
  register: contract('relationships.register', 'somebody signed up with a code', {
    group: 256,
    request: registrationWith(Context),
    reply: RegistrationReply,
    http: {
      method: 'POST', path: '/v1/referrals', scope: 'service', tag: 'Referrals', statuses: [201, 200], request: registrationWith(ClientContext),
      status: (reply: z.output<typeof RegistrationReply>) => (reply.outcome === 'registered' ? 201 : 200),
      refusals: [
        'not_found', 'already_referred', 'self_referral', 'referral_loop', 'not_new', 'invalid_format', 'invalid_token', 'inactive', 'expired',
        'exhausted', 'rate_limited', 'occurred_in_future',
      ],
    },
  }),
  getReferral: contract('relationships.getReferral', 'one referral', {
    group: 64,
    request: z.strictObject({ referralId: Id }),
    reply: Referral,
    http: { method: 'GET', path: '/v1/referrals/{referralId}', scope: 'service', tag: 'Referrals', refusals: ['not_found'] },
  }),
  getReferralOf: contract('relationships.getReferralOf', 'the referral in which the user is the referee', {
    group: 64,
    request: z.strictObject({ userId: UserId }),
    reply: Referral,
    http: { method: 'GET', path: '/v1/users/{userId}/referral', scope: 'service', tag: 'Referrals', refusals: ['not_found'] },
  }),
  listReferrals: contract('relationships.listReferrals', 'the referrals in which the user is the referrer, newest first', {
    request: z.strictObject({ userId: UserId, stage: Stage.optional(), ...Paging }),
    reply: pageOf(Referral),
    http: { method: 'GET', path: '/v1/users/{userId}/referrals', scope: 'service', tag: 'Referrals' },
  }),
  recordActivity: contract('relationships.recordActivity', 'what a user did', {
    group: 256,
    request: activityWith(Context),
    reply: z.object({ outcome: z.enum(['accepted', 'duplicate']) }),
    http: {
      method: 'POST', path: '/v1/activity', scope: 'service', status: 202, tag: 'Activity', request: activityWith(ClientContext),
      refusals: ['id_conflict', 'occurred_in_future'],
    },
  }),
  /** For codes: how often codes were used, exact at this instant. */
  countUses: contract('relationships.countUses', 'registrations made with codes', {
    request: z.strictObject({ codeIds: z.array(Id).max(1_000) }),
    reply: z.object({ uses: z.record(z.string(), z.int()) }),
  }),
  checkRetention: contract('relationships.checkRetention', 'finds the referrals that became retained; one bounded step', {
    request: z.strictObject({ limit: z.int().min(1).max(5_000).default(500), after: Id.optional() }),
    reply: z.object({ processed: z.int(), changed: z.int(), next: Id.nullable() }),
  }),
};
