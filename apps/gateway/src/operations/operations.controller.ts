import { Controller, Inject } from '@nestjs/common';
import { audit, deadLetters, eventLog, operations, type Input, type Reply } from '@referrals/contracts';
import type { Answer } from '@referrals/messaging';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Unready } from '../http/problem.js';
import { Route } from '../http/route.js';
import { listAudit } from './audit.js';
import { DOCS_POLICY, docsPage } from './docs-page.js';
import { listDeadLetters, redriveDeadLetter } from './dead-letters.js';
import { listEvents } from './events.js';
import { openapi } from './openapi.js';
import { isReady, readiness } from './readiness.js';

const fresh = <Value>(value: Value): Answer<Value> => ({ value, replayed: false });

@Controller()
export class OperationsController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(operations.live)
  async live() {
    return fresh({ status: 'ok' as const });
  }

  @Route(operations.ready)
  async ready() {
    const checks = await readiness(this.gateway);
    if (!isReady(checks)) throw new Unready(checks);
    return fresh({ status: 'ready' as const, checks });
  }

  @Route(operations.openapi)
  async openapi() {
    return fresh(openapi() as Reply<typeof operations.openapi>);
  }

  @Route(operations.docs)
  async docs() {
    return { ...fresh(docsPage()), headers: { 'content-security-policy': DOCS_POLICY } };
  }

  @Route(operations.metrics)
  async metrics() {
    return fresh(await this.gateway.metrics.text());
  }

  @Route(audit.list)
  async audit(input: Input<typeof audit.list>, call: Call) {
    return fresh(await listAudit(this.gateway, input, call));
  }

  @Route(eventLog.list)
  async events(input: Input<typeof eventLog.list>, call: Call) {
    return fresh(await listEvents(this.gateway, input, call));
  }

  @Route(deadLetters.list)
  async deadLetters(input: Input<typeof deadLetters.list>, call: Call) {
    return fresh(await listDeadLetters(this.gateway, input, call));
  }

  @Route(deadLetters.redrive)
  redrive(input: Input<typeof deadLetters.redrive>, call: Call) {
    return redriveDeadLetter(this.gateway, input, call);
  }
}
