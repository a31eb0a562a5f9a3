import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

const NOW = new Date('2026-04-01T09:00:00.000Z');
const after = (hours: number): string => new Date(NOW.getTime() + hours * 3_600_000).toISOString();

let product: Product;
let client: Client;
beforeAll(async () => {
  product = await startProduct({ twice: true });
  client = product.client;
  await client.setClock(NOW);
}, 60_000);
afterAll(() => product.stop(), 30_000);

const register = async (referrer: string, referee: string) => {
  const { status, body } = await client.post('/v1/referrals', { refereeId: referee, code: await client.codeOf(referrer), occurredAt: after(-48) });
  expect(status).toBe(201);
  await client.post('/v1/activity', { id: `use-${referee}`, userId: referee, kind: 'app_used', appId: 'chat', occurredAt: after(-47) });
  return body.referral;
};
const pay = (id: string, userId: string, amount: number, currency = 'EUR', occurredAt = after(-20)) =>
  client.post('/v1/payments', { id, userId, kind: 'purchase', amount, currency, status: 'settled', occurredAt });
const refund = (paymentId: string, id: string, amount: number) => client.post(`/v1/payments/${paymentId}/refunds`, { id, amount });
const dispute = (paymentId: string, id: string, status: string) => client.post(`/v1/payments/${paymentId}/disputes`, { id, status });
const expectBalance = (userId: string, unit: string, available: number, held = 0, debt = 0) =>
  eventually(async () => expect(await client.balance(userId, unit)).toEqual({ unit, available, held, debt }));

describe('the referrer of somebody who pays', () => {
  it('gets cashback in the currency of the payment: KWD 1.234 brings 0.123 and USD 0.01 nothing', async () => {
    await register('till', 'nina');
    await pay('kwd', 'nina', 1_234, 'KWD');
    await pay('usd', 'nina', 1, 'USD');
    await expectBalance('till', 'KWD', 123);
    await expectBalance('till', 'USD', 0);
    const { data } = (await client.get('/v1/users/till/bonuses')).body;
    const { body } = await client.get(`/v1/bonuses/${data.find((one: { unit: string }) => one.unit === 'KWD').id}`);
    expect(body).toMatchObject({ event: 'cashback', level: 1, calculation: { formula: 'floor(1234 × 1000 / 10000) = 123', paidRefereesAtBooking: 1 } });
    expect((await pay('huge', 'nina', 2 ** 53)).status).toBe(422);
  });

  it('loses with three refunds of a third exactly what the payment brought, and one that comes first waits for its payment', async () => {
    await register('anna', 'ben');
    expect((await refund('thirds', 'third-1', 333)).body).toMatchObject({ outcome: 'applied', appliedAmount: null });
    await pay('thirds', 'ben', 999);
    await expectBalance('anna', 'EUR', 66);
    expect((await refund('thirds', 'third-1', 333)).body).toMatchObject({ outcome: 'duplicate', appliedAmount: 333 });
    expect((await refund('thirds', 'third-2', 333)).body).toMatchObject({ appliedAmount: 333 });
    await expectBalance('anna', 'EUR', 33);
    expect((await refund('thirds', 'third-3', 400)).body).toMatchObject({ appliedAmount: 333 });
    await expectBalance('anna', 'EUR', 0);
  });

  it('loses the qualification with the payment, and the next payment brings it back', async () => {
    await register('carl', 'dora');
    await pay('first', 'dora', 1_000);
    await expectBalance('carl', 'credits', 40);
    await refund('first', 'all-of-first', 1_000);
    await expectBalance('carl', 'credits', 15);
    const referral = async () => (await client.get('/v1/users/dora/referral')).body;
    await eventually(async () => expect(await referral()).toMatchObject({ stage: 'activated', qualifiedAt: null, convertedAt: after(-20) }));
    expect((await client.get('/v1/users/carl/tier')).body).toMatchObject({ qualifiedCount: 0 });
    await pay('second', 'dora', 2_000, 'EUR', after(-10));
    await expectBalance('carl', 'credits', 40);
    await expectBalance('carl', 'EUR', 200);
    expect(await referral()).toMatchObject({ stage: 'qualified', qualifiedAt: after(-10) });
    expect((await client.get('/v1/users/carl/tier')).body).toMatchObject({ qualifiedCount: 1 });
  });

  it('has in hold what is disputed until it is won; lost after it was spent it is a debt that later bonuses pay', async () => {
    await register('emil', 'fee');
    await pay('disputed', 'fee', 1_000);
    await expectBalance('emil', 'EUR', 100);
    await expectBalance('emil', 'credits', 40);
    await dispute('disputed', 'case-1', 'opened');
    await expectBalance('emil', 'EUR', 0, 100);
    await dispute('disputed', 'case-1', 'won');
    await expectBalance('emil', 'EUR', 100);
    const spend = (id: string, amount: number, unit = 'EUR') => client.post('/v1/users/emil/redemptions', { id, unit, amount });
    expect((await spend('gift', 80)).status).toBe(201);
    expect((await spend('gift', 80)).status).toBe(201);
    expect(await spend('more', 80)).toMatchObject({ status: 409, body: { code: 'insufficient_balance' } });
    expect(await spend('days', 1, 'access_days')).toMatchObject({ status: 422, body: { code: 'not_redeemable' } });
    await dispute('disputed', 'case-2', 'lost');
    await expectBalance('emil', 'EUR', 0, 0, 80);
    await pay('later', 'fee', 3_000, 'EUR', after(-1));
    await expectBalance('emil', 'EUR', 220);
  });
});

it('the books of all of it balance', async () => {
  const { rows } = await product.owner.query<{ unit: string; sum: string }>(`
    select t.unit, sum(case when a.id = t.credit_account then t.amount else -t.amount end) as sum
    from rewards.transfer t join rewards.account a on a.id in (t.credit_account, t.debit_account) group by t.unit order by t.unit`);
  expect(rows.map(({ unit, sum }) => [unit, Number(sum)])).toEqual([['EUR', 0], ['KWD', 0], ['access_days', 0], ['credits', 0]]);
});
