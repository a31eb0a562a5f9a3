import { Controller, Inject } from '@nestjs/common';
import { imports, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof imports;

@Controller()
export class ImportsController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(imports.rows)
  rows(input: Input<Contracts['rows']>, call: Call) {
    return this.gateway.ask(imports.rows, input, call);
  }

  @Route(imports.get)
  get(input: Input<Contracts['get']>, call: Call) {
    return this.gateway.ask(imports.get, input, call);
  }

  @Route(imports.listRefusals)
  listRefusals(input: Input<Contracts['listRefusals']>, call: Call) {
    return this.gateway.ask(imports.listRefusals, input, call);
  }
}
