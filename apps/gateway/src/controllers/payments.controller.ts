import { Controller, Inject } from '@nestjs/common';
import { rewards, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof rewards;

@Controller()
export class PaymentsController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(rewards.applyPayment)
  applyPayment(input: Input<Contracts['applyPayment']>, call: Call) {
    return this.gateway.ask(rewards.applyPayment, input, call);
  }

  @Route(rewards.applyRefund)
  applyRefund(input: Input<Contracts['applyRefund']>, call: Call) {
    return this.gateway.ask(rewards.applyRefund, input, call);
  }

  @Route(rewards.applyDispute)
  applyDispute(input: Input<Contracts['applyDispute']>, call: Call) {
    return this.gateway.ask(rewards.applyDispute, input, call);
  }
}
