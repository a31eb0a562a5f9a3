import { Controller, Inject } from '@nestjs/common';
import { relationships, type Input } from '@referrals/contracts';
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
}
