import { Controller, Inject } from '@nestjs/common';
import { codes, type Input } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof codes;

@Controller()
export class CodesController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(codes.issue)
  issue(input: Input<Contracts['issue']>, call: Call) {
    return this.gateway.ask(codes.issue, input, call);
  }

  @Route(codes.list)
  list(input: Input<Contracts['list']>, call: Call) {
    return this.gateway.ask(codes.list, input, call);
  }

  @Route(codes.search)
  search(input: Input<Contracts['search']>, call: Call) {
    return this.gateway.ask(codes.search, input, call);
  }

  /** A campaign speaks for the operator, so only an operator starts one. */
  @Route(codes.create)
  async create(input: Input<Contracts['create']>, call: Call) {
    if (input.type === 'campaign' && call.caller.scope !== 'admin') throw new Refusal('forbidden');
    return this.gateway.ask(codes.create, input, call);
  }

  @Route(codes.update)
  update(input: Input<Contracts['update']>, call: Call) {
    return this.gateway.ask(codes.update, call.caller.scope === 'admin' ? input : { ...input, exceptCampaigns: true }, call);
  }

  /** Only a host's backend may say for whom it asks; a browser asks for itself. */
  @Route(codes.validate)
  validate(input: Input<Contracts['validate']>, call: Call) {
    return this.gateway.ask(codes.validate, call.caller.scope === 'publishable' ? { ...input, clientIp: call.ip } : input, call);
  }

  @Route(codes.issueToken)
  issueToken(input: Input<Contracts['issueToken']>, call: Call) {
    return this.gateway.ask(codes.issueToken, input, call);
  }
}
