/** Three ways in which Stripe writes the same facts; every version between reads like one of them. */
export const STRIPE_VERSIONS = ['2019-12-03', '2022-11-15', '2025-03-31.basil'] as const;
export type StripeVersion = (typeof STRIPE_VERSIONS)[number];

export interface StripeTestEvent {
  id: string;
  object: 'event';
  api_version: StripeVersion;
  created: number;
  type: string;
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  data: { object: Record<string, unknown>; previous_attributes?: object };
}

const seconds = (at: Date): number => Math.floor(at.getTime() / 1_000);
let count = 0;

/** Writes events of one customer's purchases as one API version does. */
export class StripeWriter {
  constructor(
    readonly version: StripeVersion,
    /** makes ids unlike those of other writers */
    readonly name: string,
    readonly metadata: Record<string, string> = {},
  ) {}

  readonly id = (prefix: string): string => `${prefix}_${this.name}`;
  private get isBasil(): boolean {
    return this.version.endsWith('basil');
  }
  private get isOld(): boolean {
    return this.version < '2020';
  }

  event(type: string, at: Date, object: Record<string, unknown>): StripeTestEvent {
    count += 1;
    return {
      id: `evt_${this.name}_${count}`, object: 'event', api_version: this.version, created: seconds(at), type, livemode: false, pending_webhooks: 1,
      request: { id: null, idempotency_key: null }, data: { object, ...(type.endsWith('.updated') && { previous_attributes: {} }) },
    };
  }

  subscription(kind: 'created' | 'updated' | 'deleted', status: string, at: Date, { days = 30, lookupKey = null as string | null } = {}): StripeTestEvent {
    const period = { current_period_start: seconds(at), current_period_end: seconds(at) + days * 86_400 };
    const price = { id: 'price_pro', object: 'price', lookup_key: lookupKey, unit_amount: 999, currency: 'eur', recurring: { interval: 'month' } };
    const plan = { id: 'price_pro', object: 'plan', amount: 999, currency: 'eur', interval: 'month' };
    return this.event(`customer.subscription.${kind}`, at, {
      id: this.id('sub'), object: 'subscription', customer: this.id('cus'), status, created: seconds(at), start_date: seconds(at), metadata: this.metadata,
      items: { object: 'list', has_more: false, data: [{ id: this.id('si'), object: 'subscription_item', plan, ...(!this.isOld && { price }), ...(this.isBasil && period) }] },
      ...(!this.isBasil && { ...period, plan }),
      trial_end: status === 'trialing' ? seconds(at) + days * 86_400 : null, cancel_at_period_end: false,
      canceled_at: kind === 'deleted' ? seconds(at) : null, ended_at: kind === 'deleted' ? seconds(at) : null,
    });
  }

  invoicePaid(at: Date, { amount = 999, currency = 'eur', reason = 'subscription_create', number = 1 } = {}): StripeTestEvent {
    return this.event('invoice.paid', at, this.invoice(at, { amount, paid: amount, currency, reason, number, status: 'paid' }));
  }

  invoiceFailed(at: Date, { amount = 999, currency = 'eur', number = 1 } = {}): StripeTestEvent {
    return this.event('invoice.payment_failed', at, this.invoice(at, { amount, paid: 0, currency, reason: 'subscription_cycle', number, status: 'open' }));
  }

  private invoice(at: Date, of: { amount: number; paid: number; currency: string; reason: string; number: number; status: string }): Record<string, unknown> {
    const suffix = of.number === 1 ? '' : `_${of.number}`;
    const subscription = this.id('sub');
    const details = { metadata: this.metadata };
    const line = { id: this.id('il'), object: 'line_item', amount: of.amount, currency: of.currency, metadata: {}, period: { start: seconds(at), end: seconds(at) + 30 * 86_400 } };
    return {
      id: this.id('in') + suffix, object: 'invoice', customer: this.id('cus'), customer_email: 'canary@stripe.example', amount_due: of.amount, amount_paid: of.paid,
      currency: of.currency, billing_reason: of.reason, status: of.status, created: seconds(at), metadata: {},
      status_transitions: { paid_at: of.paid > 0 ? seconds(at) : null, finalized_at: seconds(at) }, lines: { object: 'list', data: [line] },
      ...(this.isBasil ? { parent: { type: 'subscription_details', subscription_details: { subscription, ...details }, quote_details: null } } : {
        subscription, charge: this.id('ch') + suffix, payment_intent: this.id('pi') + suffix, paid: of.paid > 0, ...(!this.isOld && { subscription_details: details }),
      }),
    };
  }

  /** Since `basil` this tells which payment intent paid an invoice. */
  invoicePayment(at: Date): StripeTestEvent {
    return this.event('invoice_payment.paid', at, {
      id: this.id('inpay'), object: 'invoice_payment', invoice: this.id('in'), status: 'paid', amount_paid: 999, currency: 'eur',
      payment: { type: 'payment_intent', payment_intent: this.id('pi') },
    });
  }

  session(at: Date, { mode = 'subscription', userId = null as string | null, amount = 999, currency = 'eur' } = {}): StripeTestEvent {
    return this.event('checkout.session.completed', at, {
      id: this.id('cs'), object: 'checkout.session', customer: this.id('cus'), client_reference_id: userId, mode, amount_total: amount, currency,
      payment_status: 'paid', status: 'complete', metadata: this.metadata, invoice: mode === 'subscription' ? this.id('in') : null,
      subscription: mode === 'subscription' ? this.id('sub') : null, payment_intent: mode === 'payment' ? this.id('pi') : null,
      customer_details: { email: 'canary@stripe.example' },
    });
  }

  refundedCharge(at: Date, { amount = 999, refunded = 999, currency = 'eur' } = {}): StripeTestEvent {
    const refund = { id: this.id('re'), object: 'refund', amount: refunded, currency, charge: this.id('ch'), created: seconds(at), status: 'succeeded' };
    return this.event('charge.refunded', at, {
      id: this.id('ch'), object: 'charge', amount, amount_refunded: refunded, currency, customer: this.id('cus'), payment_intent: this.id('pi'),
      refunded: refunded === amount, metadata: {}, ...(!this.isBasil && { invoice: this.id('in') }),
      ...(this.isOld && { refunds: { object: 'list', data: [refund], has_more: false } }),
    });
  }

  refund(at: Date, { amount = 999, currency = 'eur', status = 'succeeded', kind = 'created' } = {}): StripeTestEvent {
    return this.event(`refund.${kind}`, at, {
      id: this.id('re'), object: 'refund', amount, currency, charge: this.id('ch'), payment_intent: this.id('pi'), created: seconds(at), status, metadata: {},
    });
  }

  dispute(kind: 'created' | 'closed', status: string, at: Date, { amount = 999, currency = 'eur' } = {}): StripeTestEvent {
    return this.event(`charge.dispute.${kind}`, at, {
      id: this.id('dp'), object: 'dispute', amount, currency, charge: this.id('ch'), ...(!this.isOld && { payment_intent: this.id('pi') }),
      status, reason: 'fraudulent', created: seconds(at), metadata: {},
    });
  }
}
