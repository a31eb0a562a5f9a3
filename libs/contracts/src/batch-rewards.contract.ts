import { z } from 'zod';
import { contract } from './contract.js';
import { Instant, text, UserId } from './words.js';

const tag = 'Batch rewards';
const count = z.int();

export const Snapshot = z.object({
  userId: z.string(),
  referredTotal: count,
  candidates: count.meta({ description: 'referees who are active, verified and on a paid plan that runs' }),
  eligible: count,
  cooldownDays: count,
  disqualified: z.object({ cooldown: count, missingIp: count, sharedIp: count, duplicateIp: count }).meta({ description: 'each candidate under the first rule it fails' }),
  slots: count,
  badge: z.string().nullable(),
  computedAt: Instant.nullable().meta({ description: 'null: never computed' }),
}).meta({ id: 'BatchReward' });

/** Batch rewards: answered by the rewards room. */
export const batchRewards = {
  getBatchReward: contract('rewards.getBatchReward', 'the batch reward of a referrer, as last computed', {
    request: z.strictObject({ userId: UserId }),
    reply: Snapshot,
    http: { method: 'GET', path: '/v1/users/{userId}/batch-reward', scope: 'service', tag },
  }),
  /** With `limit` one bounded step, which tells where the next one begins. */
  recomputeBatchRewards: contract('rewards.recomputeBatchRewards', 'computes the batch reward of one referrer or of all', {
    request: z.strictObject({ userId: UserId.optional(), after: text(128).optional(), limit: z.int().min(1).max(50_000).optional() }),
    reply: z.object({
      processed: count,
      updated: count.meta({ description: 'those whose reward changed' }),
      next: z.string().nullable().optional(),
    }),
    http: {
      method: 'POST', path: '/v1/batch-rewards/recompute', scope: 'service', tag, timeoutMs: 11_000,
      request: z.strictObject({ userId: UserId.optional() }),
    },
  }),
};
