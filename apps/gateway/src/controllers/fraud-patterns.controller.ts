import { Controller, Inject } from '@nestjs/common';
import { fraud, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof fraud;

@Controller()
export class FraudPatternsController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(fraud.listPatterns)
  listPatterns(input: Input<Contracts['listPatterns']>, call: Call) {
    return this.gateway.ask(fraud.listPatterns, input, call);
  }

  @Route(fraud.createPattern)
  createPattern(input: Input<Contracts['createPattern']>, call: Call) {
    return this.gateway.ask(fraud.createPattern, input, call);
  }

  @Route(fraud.updatePattern)
  updatePattern(input: Input<Contracts['updatePattern']>, call: Call) {
    return this.gateway.ask(fraud.updatePattern, input, call);
  }

  @Route(fraud.deletePattern)
  deletePattern(input: Input<Contracts['deletePattern']>, call: Call) {
    return this.gateway.ask(fraud.deletePattern, input, call);
  }

  @Route(fraud.dryRunPattern)
  dryRunPattern(input: Input<Contracts['dryRunPattern']>, call: Call) {
    return this.gateway.ask(fraud.dryRunPattern, input, call);
  }

  @Route(fraud.listSharedNetworks)
  listSharedNetworks(input: Input<Contracts['listSharedNetworks']>, call: Call) {
    return this.gateway.ask(fraud.listSharedNetworks, input, call);
  }

  @Route(fraud.createSharedNetwork)
  createSharedNetwork(input: Input<Contracts['createSharedNetwork']>, call: Call) {
    return this.gateway.ask(fraud.createSharedNetwork, input, call);
  }

  @Route(fraud.deleteSharedNetwork)
  deleteSharedNetwork(input: Input<Contracts['deleteSharedNetwork']>, call: Call) {
    return this.gateway.ask(fraud.deleteSharedNetwork, input, call);
  }
}
