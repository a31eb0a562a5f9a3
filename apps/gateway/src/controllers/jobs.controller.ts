import { Controller, Inject } from '@nestjs/common';
import { scheduler, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof scheduler;

@Controller()
export class JobsController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(scheduler.listJobs)
  listJobs(input: Input<Contracts['listJobs']>, call: Call) {
    return this.gateway.ask(scheduler.listJobs, input, call);
  }

  @Route(scheduler.runJob)
  runJob(input: Input<Contracts['runJob']>, call: Call) {
    return this.gateway.ask(scheduler.runJob, input, call);
  }

  @Route(scheduler.getRun)
  getRun(input: Input<Contracts['getRun']>, call: Call) {
    return this.gateway.ask(scheduler.getRun, input, call);
  }

  @Route(scheduler.listDifferences)
  listDifferences(input: Input<Contracts['listDifferences']>, call: Call) {
    return this.gateway.ask(scheduler.listDifferences, input, call);
  }
}
