import { Controller, Inject } from '@nestjs/common';
import { scheduler, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof scheduler;

@Controller()
export class ProgrammeController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(scheduler.getProgramme)
  getProgramme(input: Input<Contracts['getProgramme']>, call: Call) {
    return this.gateway.ask(scheduler.getProgramme, input, call);
  }

  @Route(scheduler.listProgrammes)
  listProgrammes(input: Input<Contracts['listProgrammes']>, call: Call) {
    return this.gateway.ask(scheduler.listProgrammes, input, call);
  }

  @Route(scheduler.putProgramme)
  putProgramme(input: Input<Contracts['putProgramme']>, call: Call) {
    return this.gateway.ask(scheduler.putProgramme, input, call);
  }
}
