import Stripe from 'stripe';
import type { StripeTestEvent } from '@referrals/testing';

/**
 * Posts an event as Stripe does, signed with the SDK's own generator, and again where the product was too busy to answer.
 * @returns the status, and what was said
 */
export async function sendToWebhook(url: string, secret: string, event: StripeTestEvent, tries = 10): Promise<[status: number, said: string]> {
  const payload = JSON.stringify(event);
  const answer = await fetch(`${url}/v1/webhooks/stripe`, {
    method: 'POST', body: payload,
    headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload, secret }) },
  });
  if (answer.status === 503 && tries > 1) return sendToWebhook(url, secret, event, tries - 1);
  const { status, code } = (await answer.json()) as { status?: string; code?: string };
  return [answer.status, status ?? code ?? ''];
}
