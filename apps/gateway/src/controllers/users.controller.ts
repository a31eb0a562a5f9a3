import { Controller, Inject } from '@nestjs/common';
import { relationships, scheduler, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof relationships;

@Controller()
export class UsersController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(relationships.updateUser)
  updateUser(input: Input<Contracts['updateUser']>, call: Call) {
    return this.gateway.askSealed(relationships.updateUser, input, call);
  }

  @Route(scheduler.eraseUser)
  eraseUser(input: Input<typeof scheduler.eraseUser>, call: Call) {
    return this.gateway.ask(scheduler.eraseUser, input, call);
  }

  @Route(scheduler.exportUser)
  exportUser(input: Input<typeof scheduler.exportUser>, call: Call) {
    return this.gateway.ask(scheduler.exportUser, input, call);
  }
}
