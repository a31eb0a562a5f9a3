import { Controller, Inject } from '@nestjs/common';
import { stripe, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';
import { verifyStripeEvent } from '../stripe-signature.js';

@Controller()
export class StripeController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  /** The body as Stripe signed it; nothing is passed on that it did not sign. */
  @Route(stripe.applyStripeEvent)
  applyStripeEvent(_input: Input<typeof stripe.applyStripeEvent>, call: Call) {
    const event = verifyStripeEvent(call.rawBody, call.header('stripe-signature'), this.gateway.stripeSecrets);
    return this.gateway.ask(stripe.applyStripeEvent, { event }, call);
  }
}
