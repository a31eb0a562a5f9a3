import { Controller, Inject } from '@nestjs/common';
import { scheduler, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof scheduler;

@Controller()
export class TestClockController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(scheduler.setClock)
  setClock(input: Input<Contracts['setClock']>, call: Call) {
    return this.gateway.ask(scheduler.setClock, input, call);
  }
}
