import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '@referrals/domain';
import type { Database } from '@referrals/persistence';
import { STRIPE_VERSIONS, StripeWriter, TestDatabase, type StripeTestEvent } from '@referrals/testing';
import { getAccess } from '../get-access.js';
import { applyStripeEvents, noteCustomers } from './apply-stripe-events.js';

const NOW = new Date('2026-03-10T12:00:00.000Z');
let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('rewards');
});
afterAll(() => test.close());
beforeEach(() => test.setClock(NOW));

const tellAll = async (events: StripeTestEvent[]) => {
  const answers = await db.transaction((tx) => applyStripeEvents(tx, events.map((event) => ({ event: event as never }))));
  return answers.map((answer) => (answer instanceof Refusal ? answer.code : answer.status));
};
const tell = async (event: StripeTestEvent) => (await tellAll([event]))[0]!;
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

describe('a group of events', () => {
  const life = (stripe: StripeWriter): StripeTestEvent[] => [
    stripe.session(NOW, { userId: stripe.name }), stripe.subscription('created', 'active', NOW), stripe.invoicePaid(NOW),
    stripe.invoicePaid(NOW, { number: 2, reason: 'subscription_cycle' }), stripe.refundedCharge(NOW, { refunded: 400 }), stripe.refund(NOW, { amount: 400 }),
    stripe.dispute('created', 'needs_response', NOW), stripe.dispute('closed', 'lost', NOW), stripe.event('customer.created', NOW, { id: stripe.id('cus') }),
  ];
  const booked = (name: string) => test.rows(
    `select p.kind, p.amount::int, p.returned::int, (select count(*)::int from rewards.stripe_event e where e.status = 'waiting' and e.id like 'evt_' || $1 || '\\_%') as waiting
     from rewards.payment p where p.user_id = $1 order by p.id`, [name]);

  it('leaves what they leave one by one, whatever their order, however they are grouped, and some of them told twice', async () => {
    const expected = new StripeWriter('2022-11-15', 'onebyone');
    for (const event of life(expected)) await tell(event);
    const rows = await booked('onebyone');
    expect(rows).toEqual([{ kind: 'purchase', amount: 999, returned: 999, waiting: 0 }, { kind: 'renewal', amount: 999, returned: 0, waiting: 0 }]);

    const random = seeded(20261121);
    for (let round = 0; round < 15; round += 1) {
      const names = Array.from({ length: 4 }, (_, n) => `group${round}x${n}`);
      const events = names.flatMap((name) => life(new StripeWriter('2022-11-15', name)));
      const told = shuffled([...events, ...events.filter(() => random() < 0.2)], random);
      const statuses: string[] = [];
      while (told.length > 0) statuses.push(...(await tellAll(told.splice(0, 1 + Math.floor(random() * 20)))));
      for (const name of names) expect({ round, name, rows: await booked(name) }).toEqual({ round, name, rows });
      expect(statuses.filter((status) => status === 'ignored')).toHaveLength(names.length);
      expect(statuses.filter((status) => status === 'ok')).toHaveLength(events.length - names.length);
    }
  });
});

const seeded = (seed: number) => (): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
  return seed / 2 ** 31;
};
const shuffled = <T>(list: T[], random: () => number): T[] => list.map((item) => ({ item, at: random() })).sort((a, b) => a.at - b.at).map(({ item }) => item);
