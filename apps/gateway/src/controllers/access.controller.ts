import { Controller, Inject } from '@nestjs/common';
import { access, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof access;

@Controller()
export class AccessController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(access.setSubscription)
  setSubscription(input: Input<Contracts['setSubscription']>, call: Call) {
    return this.gateway.ask(access.setSubscription, input, call);
  }

  @Route(access.getAccess)
  getAccess(input: Input<Contracts['getAccess']>, call: Call) {
    return this.gateway.ask(access.getAccess, input, call);
  }

  @Route(access.checkAccess)
  checkAccess(input: Input<Contracts['checkAccess']>, call: Call) {
    return this.gateway.ask(access.checkAccess, input, call);
  }

  @Route(access.grantAccess)
  grantAccess(input: Input<Contracts['grantAccess']>, call: Call) {
    return this.gateway.ask(access.grantAccess, input, call);
  }

  @Route(access.revokeAccess)
  revokeAccess(input: Input<Contracts['revokeAccess']>, call: Call) {
    return this.gateway.ask(access.revokeAccess, input, call);
  }
}
