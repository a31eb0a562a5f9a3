import { z } from 'zod';
import { contract } from './contract.js';
import { text } from './words.js';

/** Of an event only what every version has; the room reads the rest as it finds it. */
export const StripeEvent = z.looseObject({ id: text(255).min(1), type: text(255).min(1) });

export const stripe = {
  /** Over HTTP the raw body with its signature; what the gateway has verified comes here. */
  applyStripeEvent: contract('rewards.applyStripeEvent', 'an event of Stripe, signed by it; answered once its effects are stored', {
    group: 64,
    request: z.strictObject({ event: StripeEvent }),
    reply: z.object({ status: z.enum(['ok', 'duplicate', 'ignored']) }).meta({ id: 'StripeVerdict' }),
    http: {
      method: 'POST', path: '/v1/webhooks/stripe', scope: 'open', notIdempotent: true, tag: 'Payments', request: StripeEvent, rawBodyBytes: 256 * 1_024,
      timeoutMs: 1_800, refusals: ['invalid_signature', 'invalid_json', 'too_large', 'unavailable'],
    },
  }),
};
