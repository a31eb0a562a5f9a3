import { z } from 'zod';
import { contract } from './contract.js';
import { Amount, AppId, Day, Instant, text, UserId } from './words.js';

const tag = 'Statistics';
const Count = z.int().min(0);

const counts = {
  registrations: Count,
  activations: Count,
  qualifications: Count,
  retentions: Count,
  creditsPaid: Amount.meta({ description: 'credits of bonuses on the day they were first paid' }),
  creditsHeld: Amount.meta({ description: 'credits of bonuses on the day they were first held' }),
  fraudBlocked: Count.meta({ description: 'referrals on the day their first bonus was refused' }),
};

export const DailyStats = z.object({ date: Day, appId: z.string().nullable().meta({ description: 'null: all apps' }), ...counts }).meta({ id: 'DailyStats' });
export type DailyStats = z.output<typeof DailyStats>;

export const Overview = z.object({
  totals: z.object(counts),
  funnel: z.array(z.object({
    stage: z.enum(['registered', 'activated', 'qualified', 'retained']),
    count: Count,
    share: z.number().meta({ description: 'of all registrations, 0 to 1' }),
  })),
  liability: z.array(z.object({
    releaseDate: Day.nullable().meta({ description: 'when time will release it; null: it waits for a person' }),
    unit: z.string(), amount: Amount, bonuses: Count,
  })).meta({ description: 'what is held now' }),
}).meta({ id: 'Overview' });

export const UserStats = z.object({
  userId: z.string(),
  invited: Count.meta({ description: 'people who signed up with a code of the user' }),
  active: Count.meta({ description: 'of these, how many used the product' }),
  converted: Count.meta({ description: 'of these, how many made a first purchase or renewal' }),
  paid: Count.meta({ description: 'of these, how many ever paid' }),
  byStage: z.object({ registered: Count, activated: Count, qualified: Count, retained: Count }).meta({ description: 'how many ever reached each' }),
  byApp: z.array(z.object({ appId: z.string().nullable(), invited: Count, active: Count, qualified: Count })),
  credits: z.object({ earned: Amount, pending: Amount }),
  cashback: z.array(z.object({ currency: z.string(), earned: Amount, pending: Amount })),
  accessDays: Count.meta({ description: 'days of paid access earned' }),
  tier: z.object({ tier: z.string(), multiplier: z.int(), qualifiedCount: Count, nextTier: z.string().nullable(), nextTierAt: z.int().nullable(), progress: z.number() }),
  level: z.object({
    level: z.int().meta({ description: 'of cashback, 1 and up' }),
    rate: z.int().meta({ description: 'basis points' }),
    nextLevelAt: z.int().nullable(),
    referralsToNext: z.int().nullable(),
  }),
  conversionsInWindow: z.array(z.object({ name: z.string().nullable(), convertedAt: Instant, until: Instant }))
    .meta({ description: 'conversions whose days of access still run' }),
  lastActivityAt: Instant.nullable().meta({ description: 'of the people whom the user brought' }),
  recentActivity: z.array(z.object({
    at: Instant, event: z.enum(['registered', 'activated', 'qualified', 'retained', 'payment']), name: z.string().nullable(), appId: z.string().nullable(),
  })),
}).meta({ id: 'UserStats' });
export type UserStats = z.output<typeof UserStats>;

export const insights = {
  daily: contract('insights.daily', 'one row per day, days without events included', {
    request: z.strictObject({
      from: Day.optional().meta({ description: '30 days up to `to` unless given' }),
      to: Day.optional().meta({ description: 'included; today unless given' }),
      appId: AppId.optional(),
    }),
    reply: z.object({ data: z.array(DailyStats) }),
    http: { method: 'GET', path: '/v1/stats/daily', scope: 'service', tag },
  }),
  overview: contract('insights.overview', 'totals, funnel and what is held', {
    request: z.strictObject({}),
    reply: Overview,
    http: { method: 'GET', path: '/v1/stats/overview', scope: 'service', tag },
  }),
  leaderboard: contract('insights.leaderboard', 'the most successful referrers', {
    request: z.strictObject({ period: z.enum(['all', 'month']).default('all'), limit: z.coerce.number().int().min(1).max(100).default(20) }),
    reply: z.object({ data: z.array(z.object({ userId: z.string(), name: z.string().nullable(), qualified: Count, credits: Amount })) }),
    http: { method: 'GET', path: '/v1/leaderboard', scope: 'service', tag },
  }),
  userStats: contract('insights.userStats', 'the statistics of a user as referrer', {
    request: z.strictObject({ userId: UserId }),
    reply: UserStats,
    http: { method: 'GET', path: '/v1/users/{userId}/stats', scope: 'service', tag },
  }),
  /** Begins by emptying the projections; each further step applies one page of one room's event log. */
  rebuild: contract('insights.rebuild', "makes the statistics anew from the rooms' event logs; one bounded step", {
    request: z.strictObject({ cursor: text(128).optional() }),
    reply: z.object({ processed: z.int(), changed: z.int(), more: z.boolean(), cursor: z.string().nullable() }),
  }),
  /** Differences are listed and never mended: `rebuild` does. */
  recount: contract('insights.recount', 'compares the daily sums of some days with a recount; one bounded step', {
    request: z.strictObject({ from: Day.optional(), days: z.int().min(1).max(31).default(7) }),
    reply: z.object({ processed: z.int(), changed: z.int(), more: z.boolean(), cursor: z.string().nullable(), differences: z.array(z.string()) }),
  }),
};
