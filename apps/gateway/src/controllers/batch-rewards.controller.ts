import { Controller, Inject } from '@nestjs/common';
import { batchRewards, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof batchRewards;

@Controller()
export class BatchRewardsController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(batchRewards.getBatchReward)
  getBatchReward(input: Input<Contracts['getBatchReward']>, call: Call) {
    return this.gateway.ask(batchRewards.getBatchReward, input, call);
  }

  @Route(batchRewards.recomputeBatchRewards)
  recomputeBatchRewards(input: Input<Contracts['recomputeBatchRewards']>, call: Call) {
    return this.gateway.ask(batchRewards.recomputeBatchRewards, input, call);
  }
}
