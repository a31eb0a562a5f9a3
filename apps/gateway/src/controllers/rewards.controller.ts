import { Controller, Inject } from '@nestjs/common';
import { rewards, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof rewards;

@Controller()
export class RewardsController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(rewards.getBalances)
  getBalances(input: Input<Contracts['getBalances']>, call: Call) {
    return this.gateway.ask(rewards.getBalances, input, call);
  }

  @Route(rewards.listBonuses)
  listBonuses(input: Input<Contracts['listBonuses']>, call: Call) {
    return this.gateway.ask(rewards.listBonuses, input, call);
  }

  @Route(rewards.getBonus)
  getBonus(input: Input<Contracts['getBonus']>, call: Call) {
    return this.gateway.ask(rewards.getBonus, input, call);
  }

  @Route(rewards.listLedger)
  listLedger(input: Input<Contracts['listLedger']>, call: Call) {
    return this.gateway.ask(rewards.listLedger, input, call);
  }

  @Route(rewards.getTier)
  getTier(input: Input<Contracts['getTier']>, call: Call) {
    return this.gateway.ask(rewards.getTier, input, call);
  }

  @Route(rewards.redeem)
  redeem(input: Input<Contracts['redeem']>, call: Call) {
    return this.gateway.ask(rewards.redeem, input, call);
  }
}
