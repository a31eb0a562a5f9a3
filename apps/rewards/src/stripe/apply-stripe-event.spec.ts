import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '@referrals/domain';
import type { Database } from '@referrals/persistence';
import { STRIPE_VERSIONS, StripeWriter, TestDatabase, type StripeTestEvent } from '@referrals/testing';
import { getAccess } from '../get-access.js';
import { applyStripeEvent, noteCustomers } from './apply-stripe-event.js';

const NOW = new Date('2026-03-10T12:00:00.000Z');
let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('rewards');
});
afterAll(() => test.close());
beforeEach(() => test.setClock(NOW));

const tell = async (event: StripeTestEvent) => {
  const answer = await db.transaction((tx) => applyStripeEvent(tx, { event: event as never }));
  return answer instanceof Refusal ? answer.code : answer.status;
};
const payments = (userId: string) => test.rows('select id, kind, amount::int from rewards.payment where user_id = $1 order by id', [userId]);

describe.each(STRIPE_VERSIONS)('Stripe, version %s', (version) => {
  const name = version.replaceAll(/\W/g, '');
  const writer = (suffix: string, metadata = {}) => new StripeWriter(version, `${name}${suffix}`, metadata);

  it('is believed once: the same event again is a duplicate, another type is ignored', async () => {
    const stripe = writer('a', { userId: `a-${name}` });
    const event = stripe.subscription('created', 'active', NOW);
    expect([await tell(event), await tell(event)]).toEqual(['ok', 'duplicate']);
    expect(await tell(stripe.event('customer.created', NOW, { id: 'cus' }))).toBe('ignored');
    expect(await getAccess(db, { userId: `a-${name}` })).toMatchObject({ active: true, source: 'subscription', expiresAt: '2026-04-09T12:00:00.000Z' });
  });

  it('is kept while the customer is unknown, and applied when a session names the user', async () => {
    const stripe = writer('b');
    expect(await tell(stripe.subscription('created', 'active', NOW))).toBe('ok');
    expect(await tell(stripe.invoicePaid(NOW))).toBe('ok');
    expect(await payments(`b-${name}`)).toEqual([]);
    expect(await tell(stripe.session(NOW, { userId: `b-${name}` }))).toBe('ok');
    expect(await payments(`b-${name}`)).toEqual([{ id: stripe.id('in'), kind: 'purchase', amount: 999 }]);
    expect(await getAccess(db, { userId: `b-${name}` })).toMatchObject({ active: true });
    expect(await test.rows(`select id from rewards.stripe_event where status = 'waiting' and keys && $1`, [[stripe.id('cus')]])).toEqual([]);
  });

  it('is applied when the host says whose customer it is, and the host has the last word', async () => {
    const stripe = writer('c', { userId: 'somebody-else' });
    await db.transaction((tx) => noteCustomers(tx, [{ customer: stripe.id('cus'), userId: `c-${name}`, at: NOW.toISOString() }]));
    await tell(stripe.invoicePaid(NOW));
    expect(await payments(`c-${name}`)).toHaveLength(1);
    const kept = writer('d');
    await tell(kept.invoicePaid(NOW));
    await db.transaction((tx) => noteCustomers(tx, [{ customer: kept.id('cus'), userId: `d-${name}`, at: NOW.toISOString() }]));
    expect(await payments(`d-${name}`)).toHaveLength(1);
  });

  it('counts the same money once, whichever events tell it', async () => {
    const stripe = writer('e', { userId: `e-${name}` });
    await tell(stripe.session(NOW, { mode: 'payment', userId: `e-${name}` }));
    await tell(stripe.session(NOW, { mode: 'payment', userId: `e-${name}` }));
    expect(await payments(`e-${name}`)).toEqual([{ id: stripe.id('pi'), kind: 'purchase', amount: 999 }]);
    const monthly = writer('f', { userId: `f-${name}` });
    await tell(monthly.session(NOW, { userId: `f-${name}` }));
    await tell(monthly.invoiceFailed(NOW));
    await tell(monthly.invoicePaid(NOW));
    await tell(monthly.invoicePaid(NOW));
    await tell(monthly.invoicePaid(NOW, { number: 2, reason: 'subscription_cycle' }));
    expect(await payments(`f-${name}`)).toMatchObject([{ kind: 'purchase' }, { kind: 'renewal' }]);
  });

  it('keeps refunds and disputes of payments that are not known yet', async () => {
    const stripe = writer('g');
    for (const event of [stripe.refundedCharge(NOW), stripe.refund(NOW), stripe.dispute('created', 'needs_response', NOW), stripe.dispute('closed', 'won', NOW)]) {
      expect(await tell(event)).toBe('ok');
    }
    const waiting = await test.rows(`select id from rewards.stripe_event where status = 'waiting' and keys && $1`, [[stripe.id('ch'), stripe.id('pi')]]);
    expect(waiting).toHaveLength(4);
  });

  it('leaves no e-mail behind', async () => {
    const dump = await test.rows(`select query_to_xml('select * from rewards.stripe_event', true, false, '')::text || query_to_xml('select body from rewards.outbox', true, false, '')::text as dump`);
    expect(JSON.stringify(dump)).not.toContain('canary');
  });
});

it('finds what waits when both sides of it arrive at the same instant', async () => {
  const writers = Array.from({ length: 12 }, (_, index) => new StripeWriter('2022-11-15', `race${index}`));
  await Promise.all(writers.flatMap((stripe) => [tell(stripe.invoicePaid(NOW)), tell(stripe.session(NOW, { userId: stripe.name }))]));
  for (const { name } of writers) expect(await payments(name)).toHaveLength(1);
});
