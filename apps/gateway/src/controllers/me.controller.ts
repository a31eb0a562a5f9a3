import { Controller, Inject } from '@nestjs/common';
import { access, codes, insights, me, relationships, rewards, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import { userOf, type Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Mine<View extends keyof typeof me> = Input<(typeof me)[View]>;

/** What users see of themselves: whose it is, the host's token says and nothing else. */
@Controller()
export class MeController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(me.code)
  code(_: Mine<'code'>, call: Call) {
    return this.gateway.ask(codes.issue, { userId: userOf(call) }, call);
  }

  @Route(me.codes)
  codes(input: Mine<'codes'>, call: Call) {
    return this.gateway.ask(codes.list, { ...input, userId: userOf(call) }, call);
  }

  @Route(me.referrals)
  referrals(input: Mine<'referrals'>, call: Call) {
    return this.gateway.ask(relationships.listReferrals, { ...input, userId: userOf(call) }, call);
  }

  @Route(me.tier)
  tier(_: Mine<'tier'>, call: Call) {
    return this.gateway.ask(rewards.getTier, { userId: userOf(call) }, call);
  }

  @Route(me.balances)
  balances(_: Mine<'balances'>, call: Call) {
    return this.gateway.ask(rewards.getBalances, { userId: userOf(call) }, call);
  }

  @Route(me.bonuses)
  bonuses(input: Mine<'bonuses'>, call: Call) {
    return this.gateway.ask(rewards.listBonuses, { ...input, userId: userOf(call) }, call);
  }

  @Route(me.access)
  access(_: Mine<'access'>, call: Call) {
    return this.gateway.ask(access.getAccess, { userId: userOf(call) }, call);
  }

  @Route(me.stats)
  stats(_: Mine<'stats'>, call: Call) {
    return this.gateway.ask(insights.userStats, { userId: userOf(call) }, call);
  }

  @Route(me.leaderboard)
  async leaderboard(input: Mine<'leaderboard'>, call: Call) {
    const own = userOf(call);
    const { value, replayed } = await this.gateway.ask(insights.leaderboard, input, call);
    return { value: { data: value.data.map((entry) => ({ ...entry, userId: entry.userId === own ? own : null })) }, replayed };
  }
}
