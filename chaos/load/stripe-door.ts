import { createHmac } from 'node:crypto';
import { StripeWriter, type StripeTestEvent } from '@referrals/testing';
import type { HttpDoor } from './http-door.js';
import type { Answer, Body, Fact, Sent } from './history.js';

/** Stripe: signs what happened and sends it until it is told that it was heard. */
export class StripeDoor {
  constructor(
    private readonly http: HttpDoor,
    private readonly secret: string,
  ) {}

  send({ event }: Sent): Promise<Answer> {
    const body = JSON.stringify(event);
    const seconds = Math.floor(Date.now() / 1_000);
    const signature = createHmac('sha256', this.secret).update(`${seconds}.${body}`).digest('hex');
    return this.http.call('POST', '/v1/webhooks/stripe', body, { 'stripe-signature': `t=${seconds},v1=${signature}` });
  }
}

/** The same fact as one of Stripe's events; its ids follow from the payment's, and its times are whole seconds. */
export function asStripeEvent({ verb, body }: Fact): { fact: Fact; event: object } {
  const name = String(verb === 'payment' ? body['id'] : body['paymentId']);
  const at = new Date(Math.floor(Date.parse(String(body['occurredAt'])) / 1_000) * 1_000);
  const writer = new StripeWriter('2022-11-15', name, { userId: String(body['userId']) });
  const amount = Number(body['amount']);
  const renamed: Record<string, { event: object; ids: Body }> = {
    payment: { event: writer.invoicePaid(at, { amount }), ids: { id: `in_${name}`, kind: 'purchase', status: 'settled' } },
    refund: { event: withId(writer.refund(at, { amount }), `re_${String(body['id'])}`), ids: { id: `re_${String(body['id'])}`, paymentId: `in_${name}` } },
    dispute: {
      event: writer.dispute(body['status'] === 'opened' ? 'created' : 'closed', String(body['status']), at, { amount }),
      ids: { id: `dp_${name}`, paymentId: `in_${name}` },
    },
  };
  const { event, ids } = renamed[verb]!;
  return { fact: { verb, body: { ...body, ...ids, occurredAt: at.toISOString() } }, event };
}

/** A payment may go back in several parts; the writer knows of one. */
function withId(event: StripeTestEvent, id: string): StripeTestEvent {
  event.data.object['id'] = id;
  return event;
}
