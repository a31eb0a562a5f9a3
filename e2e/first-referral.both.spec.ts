import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

const NOW = new Date('2026-05-10T12:00:00.000Z');
const hours = (count: number, minutes = 0): string => new Date(NOW.getTime() + (count * 60 + minutes) * 60_000).toISOString();

let product: Product;
let client: Client;

beforeAll(async () => {
  product = await startProduct({ twice: true });
  client = product.client;
  await client.setClock(NOW);
}, 60_000);
afterAll(() => product.stop(), 30_000);

describe('the first referral, from HTTP to the ledger', () => {
  const sent: (() => Promise<unknown>)[] = [];
  /** Sends a request, and remembers it to send it again at the end. */
  const send = async (path: string, body: Record<string, unknown>) => {
    sent.push(() => client.post(path, body));
    return client.post(path, body);
  };

  it('pays 5 and 25 for a registration two days ago', async () => {
    const code = await client.codeOf('till');
    expect(code).toMatch(/^[A-HJKMNP-Z2-9]{8}$/);
    const { status, body } = await send('/v1/referrals', { refereeId: 'nina', code, appId: 'chat', occurredAt: hours(-48) });
    expect(status).toBe(201);
    expect(body).toMatchObject({ outcome: 'registered', referral: { referrerId: 'till', refereeId: 'nina', stage: 'registered', registeredAt: hours(-48) } });
    await eventually(async () => {
      expect(await client.balance('till')).toMatchObject({ available: 5, held: 0 });
      expect(await client.balance('nina')).toMatchObject({ available: 25, held: 0 });
    });
  });

  it('pays 10 for the activity five minutes later', async () => {
    expect((await send('/v1/activity', { id: 'use-1', userId: 'nina', kind: 'app_used', appId: 'chat', occurredAt: hours(-48, 5) })).status).toBe(202);
    await eventually(async () => expect(await client.balance('till')).toMatchObject({ available: 15 }));
    expect((await client.get('/v1/users/nina/referral')).body.stage).toBe('activated');
  });

  it('pays 25 for a payment more than a day after the registration', async () => {
    const { status, body } = await send('/v1/payments', {
      id: 'pay-1', userId: 'nina', kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled', occurredAt: hours(-23),
    });
    expect([status, body.outcome]).toEqual([200, 'applied']);
    await eventually(async () => expect(await client.balance('till')).toMatchObject({ available: 40, held: 0 }));
    expect((await client.get('/v1/users/nina/referral')).body).toMatchObject({ stage: 'qualified', qualifiedAt: hours(-23), fraudScore: 0 });
  });

  it('pays 5 for the second app', async () => {
    await send('/v1/activity', { id: 'use-2', userId: 'nina', kind: 'app_used', appId: 'picture', occurredAt: hours(-22) });
    await eventually(async () => expect(await client.balance('till')).toMatchObject({ available: 45 }));
  });

  it('pays 15 when the referee stays 30 days', async () => {
    await send('/v1/activity', { id: 'login-1', userId: 'nina', kind: 'login', occurredAt: hours(0) });
    await client.setClock(new Date(NOW.getTime() + 29 * 86_400_000));
    await client.post('/v1/activity', { id: 'login-2', userId: 'nina', kind: 'login' });
    expect((await client.runJob('retention-check')).status).toBe('succeeded');
    await eventually(async () => expect(await client.balance('till')).toMatchObject({ available: 60 }));
    expect((await client.get('/v1/users/nina/referral')).body.stage).toBe('retained');
  });

  it('changes nothing when every request is sent again', async () => {
    const before = await state();
    for (const again of sent) await again();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await state()).toEqual(before);
  });

  it('explains every bonus and keeps the books balanced', async () => {
    const { data } = (await client.get('/v1/users/till/bonuses?limit=100')).body;
    expect(data.map((bonus: { event: string; amount: number }) => `${bonus.event} ${bonus.amount}`).sort()).toEqual([
      'access 45', 'activated 10', 'cashback 99', 'cross_app 5', 'qualified 25', 'registered 5', 'retained 15',
    ]);
    const { body } = await client.get(`/v1/bonuses/${data[0].id}`);
    expect(body).toMatchObject({ base: data[0].base, multiplier: 10_000, status: 'paid', tier: 'bronze', calculation: { decision: 'pay', score: 0 } });
    const ledger = (await client.get('/v1/users/till/ledger?limit=100')).body.data as { amount: number }[];
    expect(ledger.length).toBeGreaterThan(0);
    expect((await client.get('/v1/users/till/tier')).body).toMatchObject({ tier: 'bronze', qualifiedCount: 1, nextTier: 'silver', nextTierAt: 5 });
  });

  const state = async () => ({
    till: (await client.get('/v1/users/till/balances')).body,
    nina: (await client.get('/v1/users/nina/balances')).body,
    bonuses: (await client.get('/v1/users/till/bonuses?limit=100')).body.data.map((bonus: { id: string }) => bonus.id),
    ledger: (await client.get('/v1/users/till/ledger?limit=100')).body,
    referral: (await client.get('/v1/users/nina/referral')).body,
  });
});
