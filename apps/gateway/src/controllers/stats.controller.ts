import { Controller, Inject } from '@nestjs/common';
import { insights, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof insights;

@Controller()
export class StatsController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(insights.daily)
  daily(input: Input<Contracts['daily']>, call: Call) {
    return this.gateway.ask(insights.daily, input, call);
  }

  @Route(insights.overview)
  overview(input: Input<Contracts['overview']>, call: Call) {
    return this.gateway.ask(insights.overview, input, call);
  }

  @Route(insights.leaderboard)
  leaderboard(input: Input<Contracts['leaderboard']>, call: Call) {
    return this.gateway.ask(insights.leaderboard, input, call);
  }

  @Route(insights.userStats)
  userStats(input: Input<Contracts['userStats']>, call: Call) {
    return this.gateway.ask(insights.userStats, input, call);
  }
}
