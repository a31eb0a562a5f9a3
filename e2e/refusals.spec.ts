import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

const NOW = new Date('2026-07-01T12:00:00.000Z');
let product: Product;
let client: Client;
beforeAll(async () => {
  product = await startProduct();
  client = product.client;
  await client.setClock(NOW);
}, 60_000);
afterAll(() => product.stop(), 30_000);

/** How many rows each table of each room holds. */
async function rows(): Promise<Record<string, number>> {
  const { rows: tables } = await product.owner.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname in ('codes', 'relationships', 'fraud', 'rewards', 'gateway')
       and c.relname <> 'code_refusal' order by 1`); // what raises the alarm about a leaked code is counted
  const counts = await Promise.all(tables.map(async ({ name }) => {
    const { rows: [row] } = await product.owner.query<{ n: number }>(`select count(*)::int as n from ${name}`);
    return [name, row!.n] as const;
  }));
  return Object.fromEntries(counts);
}

it('answers every refusal with its word, and a refusal writes nothing', async () => {
  const till = await client.codeOf('till');
  await client.post('/v1/referrals', { refereeId: 'nina', code: till });
  await client.post('/v1/payments', { id: 'p1', userId: 'nina', kind: 'topup', amount: 100, currency: 'EUR', status: 'settled' });
  await client.post('/v1/activity', { id: 'a1', userId: 'nina', kind: 'app_used', appId: 'chat' });
  const { body: code } = await client.post('/v1/codes', { userId: 'till', type: 'custom', code: 'TILLS-OWN', maxUses: 3 });
  const { body: closed } = await client.post('/v1/codes', { userId: 'till', type: 'custom', code: 'CLOSED' });
  await client.patch(`/v1/codes/${closed.id}`, { isActive: false });
  await client.post('/v1/codes', { userId: 'till', type: 'custom', code: 'OVER', expiresAt: NOW.toISOString() });
  const nina = await client.codeOf('nina');
  await eventually(async () => expect((await client.get('/v1/users/nina/referral')).body).toMatchObject({ stage: 'qualified', fraudScore: expect.any(Number) }));
  await eventually(async () => expect(await client.balance('till')).toMatchObject({ held: expect.any(Number) }));
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const before = await rows();

  const future = new Date(NOW.getTime() + 301_000).toISOString();
  const payment = { id: 'p2', userId: 'nina', kind: 'topup', amount: 100, currency: 'EUR', status: 'settled' };
  const refused: [path: string, body: object, status: number, code: string][] = [
    ['/v1/referrals', { refereeId: 'new', code: 'NO SUCH' }, 404, 'not_found'],
    ['/v1/referrals', { refereeId: 'new', code: 'a b c !' }, 422, 'invalid_format'],
    ['/v1/referrals', { refereeId: 'new', attributionToken: 'forged.token' }, 422, 'invalid_token'],
    ['/v1/referrals', { refereeId: 'till', code: till }, 422, 'self_referral'],
    ['/v1/referrals', { refereeId: 'nina', code: await client.codeOf('till') }, 200, ''],
    ['/v1/referrals', { refereeId: 'till', code: nina }, 422, 'referral_loop'],
    ['/v1/referrals', { refereeId: 'new', code: 'CLOSED' }, 422, 'inactive'],
    ['/v1/referrals', { refereeId: 'new', code: 'OVER' }, 422, 'expired'],
    ['/v1/referrals', { refereeId: 'new', code: till, occurredAt: future }, 422, 'occurred_in_future'],
    ['/v1/activity', { id: 'a1', userId: 'nina', kind: 'login' }, 409, 'id_conflict'],
    ['/v1/activity', { id: 'a2', userId: 'nina', kind: 'login', occurredAt: future }, 422, 'occurred_in_future'],
    ['/v1/payments', { ...payment, id: 'p1', amount: 101 }, 409, 'id_conflict'],
    ['/v1/payments', { ...payment, id: 'p1', userId: 'till' }, 409, 'id_conflict'],
    ['/v1/payments', { ...payment, currency: 'XXY' }, 422, 'unknown_currency'],
    ['/v1/payments', { ...payment, occurredAt: future }, 422, 'occurred_in_future'],
    ['/v1/codes', { userId: 'other', type: 'custom', code: 'TILLS-OWN' }, 409, 'code_taken'],
    ['/v1/codes', { userId: 'other', type: 'custom', code: 'TI11S0WN' }, 409, 'code_taken'],
    ['/v1/codes', { userId: 'other', type: 'custom', code: 'ADM1N' }, 422, 'reserved'],
    ['/v1/codes', { userId: 'other', type: 'custom', code: 'A' }, 422, 'invalid_format'],
  ];
  for (const [path, body, status, word] of refused) {
    const answer = await client.post(path, body);
    expect([path, body, answer.status, answer.body.code ?? '']).toEqual([path, body, status, word]);
  }
  const lowered = await client.patch(`/v1/codes/${code.id}`, { maxUses: 0 });
  expect([lowered.status, lowered.body.code]).toEqual([422, 'invalid_request']);
  for (const range of ['from=2017-01-01&to=2026-01-01', 'from=2017-01-01', 'from=0000-01-01&to=0000-02-01', 'from=2026-02-30', 'from=2026-02-02&to=2026-02-01', 'from=9999-12-31&to=9999-12-30']) {
    const answer = await client.get(`/v1/stats/daily?${range}`);
    expect([range, answer.status, answer.body.code, answer.body.errors?.[0].path]).toEqual([range, 422, 'invalid_request', expect.stringMatching(/^(from|to)$/)]);
  }
  expect((await client.get('/v1/stats/daily?from=0001-01-01&to=0006-01-03')).body.data).toHaveLength(1_829);
  expect((await client.get('/v1/stats/daily?to=0001-01-10')).body.data).toHaveLength(10);
  expect((await client.get('/v1/stats/daily?from=2021-06-28&to=2026-07-01&appId=' + 'a'.repeat(64))).body.data).toHaveLength(1_830);
  expect((await client.get('/v1/referrals/0199aaaa-0000-7000-8000-000000000001')).body.code).toBe('not_found');
  expect((await client.get('/v1/users/nobody/referral')).body.code).toBe('not_found');
  expect((await client.get('/v1/users/nobody/balances')).body).toEqual({ balances: [] });

  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await rows()).toEqual(before);
});
