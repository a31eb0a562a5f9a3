import { z } from 'zod';
import { access } from './access.contract.js';
import { codes } from './codes.contract.js';
import { contract, type Contract } from './contract.js';
import { insights } from './insights.contract.js';
import { relationships } from './relationships.contract.js';
import { rewards } from './rewards.contract.js';

type Shape = z.core.$ZodLooseShape;

/** A user's own view of what a host's backend asks for by `userId`: the same answer, the id taken from the host's token. */
function mine<S extends Shape & { userId: z.ZodType }, Reply extends z.ZodType>(
  { subject, summary, request, reply }: Contract<z.ZodObject<S, z.core.$strict>, Reply>, path: string,
): Contract<z.ZodObject<Omit<S, 'userId'>, z.core.$strict>, Reply> {
  const { userId: _, ...rest } = request.shape;
  return contract(`gateway.me.${subject}`, summary.replace(/^(a|the) (user|referrer)'s/, "the caller's own"), {
    request: z.strictObject(rest),
    reply,
    http: { method: 'GET', path, scope: 'user', tag: "A user's own views" },
  });
}

export const me = {
  code: mine(codes.issue, '/v1/me/code'),
  codes: mine(codes.list, '/v1/me/codes'),
  referrals: mine(relationships.listReferrals, '/v1/me/referrals'),
  tier: mine(rewards.getTier, '/v1/me/tier'),
  balances: mine(rewards.getBalances, '/v1/me/balances'),
  bonuses: mine(rewards.listBonuses, '/v1/me/bonuses'),
  access: mine(access.getAccess, '/v1/me/access'),
  stats: mine(insights.userStats, '/v1/me/stats'),
  leaderboard: contract('gateway.me.leaderboard', 'the most successful referrers, others by their shortened names alone', {
    request: insights.leaderboard.request,
    reply: z.object({
      data: z.array(z.object({
        userId: z.string().nullable().meta({ description: "the caller's own id; null for everybody else" }),
        name: z.string().nullable(), qualified: z.int(), credits: z.int(),
      })),
    }),
    http: { method: 'GET', path: '/v1/me/leaderboard', scope: 'user', tag: "A user's own views" },
  }),
};
