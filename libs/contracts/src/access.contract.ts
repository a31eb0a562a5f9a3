import { z } from 'zod';
import { contract } from './contract.js';
import { FactId, Instant, text, UserId } from './words.js';

const tag = 'Access';

export const SubscriptionStatus = z.enum(['trialing', 'active', 'past_due', 'canceled', 'unpaid']);

export const Subscription = z.object({
  userId: z.string(),
  plan: z.string().nullable(),
  status: SubscriptionStatus,
  startedAt: Instant,
  expiresAt: Instant.nullable(),
  occurredAt: Instant,
}).meta({ id: 'Subscription' });

export const AccessStatus = z.object({
  userId: z.string(),
  active: z.boolean(),
  source: z.enum(['subscription', 'credit', 'none']),
  expiresAt: Instant.nullable().meta({ description: 'the later end of subscription and credit' }),
  daysRemaining: z.int().meta({ description: 'days of credit left, rounded up' }),
}).meta({ id: 'AccessStatus' });

/** Paid access: answered by the rewards room. */
export const access = {
  setSubscription: contract('rewards.setSubscription', "a user's subscription; the latest occurredAt wins", {
    request: z.strictObject({
      userId: UserId,
      plan: text(128).min(1).meta({ examples: ['pro'] }),
      status: SubscriptionStatus,
      startedAt: Instant,
      expiresAt: Instant.nullable().optional(),
      occurredAt: Instant.optional(),
    }),
    reply: Subscription,
    http: { method: 'PUT', path: '/v1/users/{userId}/subscription', scope: 'service', tag, refusals: ['occurred_in_future'] },
  }),
  getAccess: contract('rewards.getAccess', 'what paid access a user has', {
    group: 64,
    request: z.strictObject({ userId: UserId }),
    reply: AccessStatus,
    http: { method: 'GET', path: '/v1/users/{userId}/access', scope: 'service', tag },
  }),
  checkAccess: contract('rewards.checkAccess', 'may the user use what is paid for', {
    group: 64,
    request: z.strictObject({ userId: UserId }),
    reply: z.null(),
    http: { method: 'GET', path: '/v1/users/{userId}/access/check', scope: 'service', status: 204, tag, refusals: ['payment_required'] },
  }),
  grantAccess: contract('rewards.grantAccess', 'gives a user days of paid access', {
    request: z.strictObject({ userId: UserId, id: FactId, days: z.int().min(1).max(3_650), reason: text(500).optional() }),
    reply: AccessStatus,
    http: { method: 'POST', path: '/v1/users/{userId}/access-grants', scope: 'admin', status: 201, tag, refusals: ['id_conflict'] },
  }),
  revokeAccess: contract('rewards.revokeAccess', 'ends all granted access of a user', {
    request: z.strictObject({ userId: UserId }),
    reply: AccessStatus,
    http: { method: 'DELETE', path: '/v1/users/{userId}/access-grants', scope: 'admin', tag },
  }),
};
