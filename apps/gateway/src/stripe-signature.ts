import { realNowMs } from '@referrals/persistence';
import { StripeEvent } from '@referrals/contracts';
import { Refusal, SECOND } from '@referrals/domain';
import { validate } from '@referrals/messaging';
import Stripe from 'stripe';
import type { z } from 'zod';

/** How old a signature may be, or how far ahead. */
const TOLERANCE_SECONDS = 300;

/**
 * The event in a body that Stripe signed with one of the secrets.
 * @throws Refusal `unavailable` without a secret, `invalid_signature`, `invalid_json`, `invalid_request`
 */
export function verifyStripeEvent(body: Buffer | undefined, signature: string | undefined, secrets: readonly string[]): z.output<typeof StripeEvent> {
  if (secrets.length === 0) throw new Refusal('unavailable', { message: 'no STRIPE_WEBHOOK_SECRET is set' });
  if (!body || !signature || isAhead(signature) || !secrets.some((secret) => isSigned(body, signature, secret))) throw new Refusal('invalid_signature');
  let event: unknown;
  try {
    event = JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refusal('invalid_json');
  }
  return validate(StripeEvent, event);
}

function isSigned(body: Buffer, signature: string, secret: string): boolean {
  try {
    return Stripe.webhooks.signature!.verifyHeader(body, signature, secret, TOLERANCE_SECONDS);
  } catch {
    return false;
  }
}

/** The SDK looks only for signatures that are too old. Like it, the last time in the header counts. */
function isAhead(signature: string): boolean {
  const times = signature.split(',').map((part) => part.split('=')).filter(([name]) => name === 't');
  const signedAt = Number.parseInt(times.at(-1)?.[1] ?? '', 10);
  return !(signedAt * SECOND <= realNowMs() + TOLERANCE_SECONDS * SECOND);
}
