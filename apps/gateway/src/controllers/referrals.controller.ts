import { Controller, Inject } from '@nestjs/common';
import { relationships, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof relationships;

@Controller()
export class ReferralsController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(relationships.register)
  register(input: Input<Contracts['register']>, call: Call) {
    return this.gateway.askSealed(relationships.register, input, call);
  }

  @Route(relationships.getReferral)
  getReferral(input: Input<Contracts['getReferral']>, call: Call) {
    return this.gateway.ask(relationships.getReferral, input, call);
  }

  @Route(relationships.getReferralOf)
  getReferralOf(input: Input<Contracts['getReferralOf']>, call: Call) {
    return this.gateway.ask(relationships.getReferralOf, input, call);
  }

  @Route(relationships.listReferrals)
  listReferrals(input: Input<Contracts['listReferrals']>, call: Call) {
    return this.gateway.ask(relationships.listReferrals, input, call);
  }
}
