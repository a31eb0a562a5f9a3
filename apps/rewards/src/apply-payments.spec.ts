import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '@referrals/domain';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { applyPayments, type PaymentRequest } from './apply-payments.js';

const NOW = new Date('2026-03-10T12:00:00.000Z');
const later = (minutes: number): string => new Date(NOW.getTime() + minutes * 60_000).toISOString();
let test: TestDatabase;
let db: Database;
let count = 0;

beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('rewards');
});
afterAll(() => test.close());
beforeEach(() => test.setClock(NOW));

const payment = (changes: Partial<PaymentRequest> = {}): PaymentRequest => (
  { id: `p-${(count += 1)}`, userId: 'nina', kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled', ...changes });
const apply = async (...requests: PaymentRequest[]): Promise<string[]> =>
  (await db.transaction((tx) => applyPayments(tx, requests))).map((outcome) => (outcome instanceof Refusal ? outcome.code : outcome.outcome));
const told = async (id: string) => (await test.emitted('rewards', 'payment.settled')).filter((event) => event.aggregateId === id);
const stored = async (id: string) => (await test.rows<{ status: string; occurred_at: Date }>('select * from rewards.payment where id = $1', [id]))[0];

describe('a payment', () => {
  it('is applied once and then a duplicate, with its arrival as the time it was given none', async () => {
    const one = payment();
    expect(await apply(one)).toEqual(['applied']);
    await test.setClock(new Date(later(10)));
    expect(await apply(one, one)).toEqual(['duplicate', 'duplicate']);
    expect(await stored(one.id)).toMatchObject({ occurred_at: NOW });
    expect(await told(one.id)).toMatchObject([
      { sequence: 1, data: { paymentId: one.id, userId: 'nina', kind: 'purchase', amount: 999, currency: 'EUR', periodDays: null, occurredAt: NOW.toISOString() } },
    ]);
  });

  it.each<Partial<PaymentRequest>>([
    { userId: 'till' }, { kind: 'topup' }, { amount: 1_000 }, { currency: 'USD' }, { periodDays: 31 }, { occurredAt: later(-2) }, { status: 'failed' },
  ])('told again with %j is a conflict, in a group as well as later', async (change) => {
    const one = payment({ periodDays: 30, occurredAt: later(-1) });
    expect(await apply(one, { ...one, ...change })).toEqual(['applied', 'id_conflict']);
    expect(await apply({ ...one, ...change })).toEqual(['id_conflict']);
    expect(await told(one.id)).toHaveLength(1);
  });

  it('that failed is kept, tells nobody, and is applied when it settles', async () => {
    const one = payment({ status: 'failed', occurredAt: later(-60) });
    expect(await apply(one, one)).toEqual(['applied', 'duplicate']);
    expect(await told(one.id)).toEqual([]);
    const settled: PaymentRequest = { ...one, status: 'settled', occurredAt: later(-1) };
    expect(await apply(settled, settled, one)).toEqual(['applied', 'duplicate', 'duplicate']);
    expect(await stored(one.id)).toMatchObject({ status: 'settled', occurred_at: new Date(later(-1)) });
    expect(await told(one.id)).toHaveLength(1);
  });

  it('in an unknown currency, or more than five minutes ahead, is refused and fails none of its neighbours', async () => {
    const [bad, ahead, good] = [payment({ currency: 'EURO' }), payment({ occurredAt: later(5.1) }), payment({ occurredAt: later(5) })];
    expect(await apply(bad, ahead, good)).toEqual(['unknown_currency', 'occurred_in_future', 'applied']);
    expect(await stored(bad.id)).toBeUndefined();
    expect(await stored(ahead.id)).toBeUndefined();
  });

  it('is in the audit log once, with who told of it, also when it settles after it had failed', async () => {
    const failed = payment({ status: 'failed' });
    const settled = { ...failed, status: 'settled' as const };
    for (const request of [failed, failed, settled, settled]) await db.transaction((tx) => applyPayments(tx, [request], () => 'key-of-the-host'));
    const rows = await test.rows(`select actor, action, subject, before ->> 'status' as before, after ->> 'amount' as amount from rewards.audit
      where after ->> 'paymentId' = $1 order by id`, [failed.id]);
    const common = { actor: 'key-of-the-host', subject: failed.userId, amount: String(failed.amount) };
    expect(rows).toEqual([{ ...common, action: 'payment.failed', before: null }, { ...common, action: 'payment.settled', before: 'failed' }]);
  });

  it('is applied once when twenty groups bring it at the same time', async () => {
    const all = Array.from({ length: 10 }, () => payment());
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => apply(...(i % 2 ? all : all.toReversed()))));
    expect(outcomes.flat().filter((outcome) => outcome === 'applied')).toHaveLength(10);
    expect(outcomes.flat().filter((outcome) => outcome === 'duplicate')).toHaveLength(190);
    for (const { id } of all) expect(await told(id)).toHaveLength(1);
  });
});
