import { Controller, Inject } from '@nestjs/common';
import { notifications, type Input, type WebhookEndpointWithSecret } from '@referrals/contracts';
import type { Answer } from '@referrals/messaging';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof notifications;

@Controller()
export class WebhooksController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(notifications.listEndpoints)
  list(input: Input<Contracts['listEndpoints']>, call: Call) {
    return this.gateway.ask(notifications.listEndpoints, input, call);
  }

  @Route(notifications.createEndpoint)
  async create(input: Input<Contracts['createEndpoint']>, call: Call) {
    return this.withSecret(await this.gateway.ask(notifications.createEndpoint, input, call), call);
  }

  @Route(notifications.updateEndpoint)
  async update(input: Input<Contracts['updateEndpoint']>, call: Call) {
    const answer = await this.gateway.ask(notifications.updateEndpoint, input, call);
    return input.rotateSecret ? this.withSecret(answer, call) : answer;
  }

  @Route(notifications.deleteEndpoint)
  delete(input: Input<Contracts['deleteEndpoint']>, call: Call) {
    return this.gateway.ask(notifications.deleteEndpoint, input, call);
  }

  @Route(notifications.listDeliveries)
  deliveries(input: Input<Contracts['listDeliveries']>, call: Call) {
    return this.gateway.ask(notifications.listDeliveries, input, call);
  }

  @Route(notifications.resend)
  resend(input: Input<Contracts['resend']>, call: Call) {
    return this.gateway.ask(notifications.resend, input, call);
  }

  /** The secret is added after the answer is stored: a replayed answer has none. */
  private async withSecret(answer: Answer<WebhookEndpointWithSecret>, call: Call): Promise<Answer<WebhookEndpointWithSecret>> {
    if (answer.replayed) return answer;
    const { secret } = await this.gateway.bus.request(notifications.showSecret, { id: answer.value.id }, { timeoutMs: call.options.timeoutMs });
    return { value: { ...answer.value, secret }, replayed: false };
  }
}
