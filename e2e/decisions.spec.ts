import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';
import { Suspects } from './harness/suspects.js';

const NOW = new Date('2026-04-01T09:00:00.000Z');
const after = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);
const BOTH = { ip: '198.51.100.7', deviceId: 'one-phone' };

let product: Product;
let client: Client;
let pair: Suspects;
let count = 0;
beforeAll(async () => {
  product = await startProduct({ twice: true });
  client = product.client;
}, 60_000);
afterAll(() => product.stop(), 30_000);
beforeEach(async () => {
  await client.setClock(NOW);
  pair = new Suspects(client, `pair-${(count += 1)}`);
});

/** Signed up with an app use and a payment while both share address and device; all that the referrer earns is held. */
async function heldStory(): Promise<string> {
  await pair.seen(BOTH, after(-49));
  await pair.signUp(BOTH, after(-48));
  await pair.use(after(-47));
  await pair.pay('first', 999, after(-20));
  await pair.scored(80);
  await pair.owns(pair.referrer, { EUR: [0, 99, 0], access_days: [0, 45, 0], credits: [0, 40, 0] });
  await pair.owns(pair.referee, { access_days: [45, 0, 0], credits: [25, 0, 0] });
  return (await pair.review()).id;
}

describe('an approval', () => {
  it('pays all that is held, in one transfer each, and later payments at once; deciding again is refused', async () => {
    const id = await heldStory();
    expect((await client.get(`/v1/users/${pair.referrer}/access`)).body).toMatchObject({ active: false });
    expect((await pair.decide(id, 'approve')).body).toMatchObject({ status: 'approved', score: 80 });
    await pair.owns(pair.referrer, { EUR: [99, 0, 0], access_days: [45, 0, 0], credits: [40, 0, 0] });
    expect(await pair.entries(pair.referrer, 'EUR')).toEqual([['hold held', 99], ['release held', -99], ['release available', 99]]);
    expect((await client.get(`/v1/users/${pair.referrer}/access`)).body).toMatchObject({ active: true, source: 'credit', daysRemaining: 45 });
    await pair.pay('second', 1_000, after(0));
    await pair.owns(pair.referrer, { EUR: [199, 0, 0], access_days: [45, 0, 0], credits: [40, 0, 0] });
    for (const decision of ['approve', 'reject', 'escalate']) expect(await pair.decide(id, decision)).toMatchObject({ status: 409, body: { code: 'already_decided' } });
    expect(new Set((await pair.bonuses(id)).map((line) => line.split(' ')[2]))).toEqual(new Set(['paid']));
  });

  it('after a part was paid pays the rest, and nothing twice', async () => {
    await pair.signUp(BOTH);
    await pair.owns(pair.referrer, { credits: [5, 0, 0] });
    await client.setClock(after(1));
    await pair.seen(BOTH, after(-1)); // told late: they shared both all along
    await pair.scored(80);
    const { id } = await pair.review();
    await client.setClock(after(2));
    await pair.use();
    await client.setClock(after(30));
    await pair.pay('first', 999);
    await pair.owns(pair.referrer, { EUR: [0, 99, 0], access_days: [0, 45, 0], credits: [5, 35, 0] });
    await pair.decide(id, 'approve');
    await pair.owns(pair.referrer, { EUR: [99, 0, 0], access_days: [45, 0, 0], credits: [40, 0, 0] });
    expect((await pair.entries(pair.referrer, 'credits')).filter(([line]) => line.endsWith('available')).map(([, amount]) => amount).sort()).toEqual([10, 25, 5]);
  });

  it('pays what the score alone had rejected', async () => {
    await pair.seen(BOTH, after(-1));
    await pair.signUp({ ...BOTH, email: 'x@mailinator.com' });
    await pair.scored(100);
    const { id, priority } = await pair.review();
    expect(priority).toBe('critical');
    await eventually(async () => expect(await pair.bonuses(id)).toEqual(['referee registered rejected', 'referrer registered rejected']));
    await pair.decide(id, 'approve');
    await pair.owns(pair.referrer, { credits: [5, 0, 0] });
    await pair.owns(pair.referee, { credits: [25, 0, 0] });
  });
});

describe('a rejection', () => {
  it('rejects all that is held, takes back what was paid, and books what comes later as rejected', async () => {
    const id = await heldStory();
    expect((await pair.decide(id, 'reject')).body).toMatchObject({ status: 'rejected' });
    await pair.owns(pair.referrer, { EUR: [0, 0, 0], access_days: [0, 0, 0], credits: [0, 0, 0] });
    await pair.owns(pair.referee, { access_days: [0, 0, 0], credits: [0, 0, 0] });
    await pair.pay('second', 1_000, after(0));
    await eventually(async () => expect(await pair.bonuses(id)).toEqual([
      'referee access clawed_back', 'referee registered clawed_back', 'referrer access rejected', 'referrer activated rejected',
      'referrer cashback rejected', 'referrer cashback rejected', 'referrer qualified rejected', 'referrer registered rejected',
    ]));
    await pair.owns(pair.referrer, { EUR: [0, 0, 0], access_days: [0, 0, 0], credits: [0, 0, 0] });
    expect((await client.get(`/v1/users/${pair.referrer}/tier`)).body).toMatchObject({ qualifiedCount: 0 });
    for (const user of [pair.referrer, pair.referee]) expect((await client.get(`/v1/users/${user}/access`)).body).toMatchObject({ active: false, daysRemaining: 0 });
  });

  it('after payment takes everything back from both, days only as far as they are left, and what was spent is a debt', async () => {
    await pair.signUp(BOTH);
    await client.setClock(after(2));
    await pair.use();
    await client.setClock(after(30));
    await pair.pay('first', 999);
    await pair.owns(pair.referrer, { EUR: [99, 0, 0], access_days: [45, 0, 0], credits: [40, 0, 0] });
    expect((await client.post(`/v1/users/${pair.referrer}/redemptions`, { id: `gift-${pair.name}`, unit: 'credits', amount: 30 })).status).toBe(201);
    await client.setClock(after(30 + 36));
    await pair.seen(BOTH, after(-1));
    await pair.scored(80);
    const { id } = await pair.review();
    await pair.owns(pair.referrer, { EUR: [99, 0, 0], access_days: [45, 0, 0], credits: [10, 0, 0] }); // a score moves nothing that is paid
    await pair.decide(id, 'reject');
    await pair.owns(pair.referrer, { EUR: [0, 0, 0], access_days: [2, 0, 0], credits: [0, 0, 30] });
    await pair.owns(pair.referee, { access_days: [2, 0, 0], credits: [0, 0, 0] });
    for (const user of [pair.referrer, pair.referee]) expect((await client.get(`/v1/users/${user}/access`)).body).toMatchObject({ active: false, daysRemaining: 0 });
  });
});

describe('an escalation', () => {
  it('keeps everything held, a year later too, until somebody decides', async () => {
    const id = await heldStory();
    expect((await pair.decide(id, 'escalate')).body).toMatchObject({ status: 'escalated', decidedAt: null });
    await client.setClock(after(24 * 366));
    for (const job of ['hold-release', 'review-lapse', 'review-alerts']) expect(await client.runJob(job)).toMatchObject({ status: 'succeeded' });
    await pair.owns(pair.referrer, { EUR: [0, 99, 0], access_days: [0, 45, 0], credits: [0, 40, 0] });
    await eventually(async () => {
      const { rows } = await product.owner.query(`select 1 from fraud.outbox where type = 'review.overdue' and aggregate_id = $1`, [id]);
      expect(rows).toHaveLength(1);
    });
    await pair.decide(id, 'approve');
    await pair.owns(pair.referrer, { EUR: [99, 0, 0], access_days: [45, 0, 0], credits: [40, 0, 0] });
  });
});

it('the books of all of it balance', async () => {
  const { rows } = await product.owner.query<{ unit: string; sum: string }>(`
    select t.unit, sum(case when a.id = t.credit_account then t.amount else -t.amount end) as sum
    from rewards.transfer t join rewards.account a on a.id in (t.credit_account, t.debit_account) group by t.unit order by t.unit`);
  expect(rows.map(({ unit, sum }) => [unit, Number(sum)])).toEqual([['EUR', 0], ['access_days', 0], ['credits', 0]]);
  expect(await client.runJob('reconcile')).toMatchObject({ status: 'succeeded' });
});
