import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { STRIPE_VERSIONS, StripeWriter, type StripeTestEvent } from '@referrals/testing';
import { amountIn } from './payload.js';
import { translateStripeEvent } from './translate.js';

const NOW = new Date('2026-03-10T12:00:00.000Z');
const at = NOW.toISOString();
const translate = (event: StripeTestEvent) => translateStripeEvent(event as never, NOW);

describe.each(STRIPE_VERSIONS)('events of version %s', (version) => {
  const stripe = new StripeWriter(version, 'a', { userId: 'nina' });

  it('tell a subscription with its plan and its end', () => {
    const told = { kind: 'subscription', id: 'sub_a', plan: 'price_pro', startedAt: at, occurredAt: at };
    const end = '2026-04-09T12:00:00.000Z';
    expect(translate(stripe.subscription('created', 'active', NOW))).toEqual({ customer: 'cus_a', userId: 'nina', facts: [{ ...told, status: 'active', expiresAt: end }] });
    expect(translate(stripe.subscription('updated', 'past_due', NOW))?.facts).toEqual([{ ...told, status: 'past_due', expiresAt: end }]);
    expect(translate(stripe.subscription('deleted', 'active', NOW))?.facts).toEqual([{ ...told, status: 'canceled', expiresAt: at }]);
    expect(translate(stripe.subscription('created', 'incomplete', NOW))?.facts).toEqual([]);
  });

  it('tell a paid invoice once, and a session of a subscription as no money', () => {
    const [payment] = translate(stripe.invoicePaid(NOW))!.facts;
    expect(payment).toMatchObject({ kind: 'payment', id: 'in_a', paymentKind: 'purchase', amount: 999, currency: 'EUR', periodDays: 30, occurredAt: at });
    expect(translate(stripe.invoicePaid(NOW, { reason: 'subscription_cycle' }))?.facts).toMatchObject([{ paymentKind: 'renewal' }]);
    expect(translate(stripe.invoicePaid(NOW, { amount: 0 }))?.facts).toEqual([]);
    expect(translate(stripe.invoiceFailed(NOW))?.facts).toEqual([]);
    expect(translate(stripe.session(NOW, { userId: 'otto' }))).toEqual({ customer: 'cus_a', userId: 'otto', facts: [] });
    expect(translate(stripe.session(NOW, { mode: 'payment' }))?.facts).toMatchObject([{ id: 'pi_a', references: ['pi_a', 'cs_a'], paymentKind: 'purchase' }]);
  });

  it('tell refunds and disputes by the ids of their payment', () => {
    const sum = { kind: 'refund', id: 'ch_a:400', amount: 400, isCumulative: true };
    const facts = translate(stripe.refundedCharge(NOW, { refunded: 400 }))!.facts;
    expect(facts.at(-1)).toMatchObject(sum);
    expect(facts.at(-1)).toMatchObject({ references: expect.arrayContaining(['ch_a', 'pi_a']) });
    expect(translate(stripe.refund(NOW))?.facts).toMatchObject([{ kind: 'refund', id: 're_a', amount: 999, isCumulative: false }]);
    expect(translate(stripe.refund(NOW, { status: 'pending', kind: 'updated' }))?.facts).toEqual([]);
    expect(translate(stripe.dispute('created', 'needs_response', NOW))?.facts).toMatchObject([{ kind: 'dispute', id: 'dp_a', status: 'opened', amount: 999 }]);
    expect(translate(stripe.dispute('closed', 'lost', NOW))?.facts).toMatchObject([{ status: 'lost' }]);
    expect(translate(stripe.dispute('created', 'warning_needs_response', NOW))?.facts).toEqual([]);
  });
});

describe('translation', () => {
  it('prefers the lookup key of a price, and takes objects where ids are expected', () => {
    const stripe = new StripeWriter('2025-03-31.basil', 'b');
    expect(translate(stripe.subscription('created', 'active', NOW, { lookupKey: 'pro_monthly' }))?.facts).toMatchObject([{ plan: 'pro_monthly' }]);
    const expanded = stripe.invoicePaid(NOW);
    expanded.data.object['customer'] = { id: 'cus_x', object: 'customer' };
    expect(translate(expanded)?.customer).toBe('cus_x');
    expect(translate(stripe.invoicePayment(NOW))?.facts).toEqual([{ kind: 'references', references: ['in_b', 'pi_b'] }]);
  });

  it('ignores other types and events without an object', () => {
    const stripe = new StripeWriter('2022-11-15', 'c');
    expect(translate(stripe.event('customer.created', NOW, { id: 'cus_c' }))).toBeNull();
    expect(translate(stripe.event('toString', NOW, {}))).toBeNull();
    expect(translateStripeEvent({ id: 'evt', type: 'invoice.paid', object: 'v2.core.event' }, NOW)).toBeNull();
  });

  it.each([
    ['EUR', 999, 999], ['JPY', 500, 500], ['KWD', 1230, 1230], ['UGX', 5000, 50], ['ISK', 100, 1], ['MGA', 5, 500], ['XXX', 5, null],
    ['EUR', -1, null], ['EUR', null, null], ['MGA', Number.MAX_SAFE_INTEGER, null],
  ])('counts %s %s of Stripe as %s minor units', (currency, amount, minor) => expect(amountIn(currency, amount)).toBe(minor));

  it('never throws, whatever stands in a payload', () => {
    const types = ['customer.subscription.updated', 'checkout.session.completed', 'invoice.paid', 'charge.refunded', 'refund.updated', 'charge.dispute.closed', 'invoice_payment.paid'];
    const names = ['id', 'customer', 'status', 'items', 'data', 'price', 'metadata', 'userId', 'amount', 'amount_paid', 'currency', 'lines', 'period', 'start', 'payments', 'payment', 'refunds', 'created'];
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, fc.constantFrom<unknown>(null, true, '', 'eur', 'active', 'paid', 're_1', 1e300, -1, 1.5, 0, 999, '\u0000'),
        fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 6 })),
    }));
    fc.assert(fc.property(fc.constantFrom(...types), fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 12 }), fc.oneof(value, fc.integer()), (type, object, created) => {
      const translated = translateStripeEvent({ id: 'evt', type, created, data: { object } }, NOW);
      expect(translated === null || Array.isArray(translated.facts)).toBe(true);
    }), { numRuns: 3_000 });
  });
});
