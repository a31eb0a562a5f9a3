import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type Answer, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

const NOW = new Date('2026-04-01T09:00:00.000Z');
const after = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);
const HOUR = 3_600;
const DAY = 24 * HOUR;

let product: Product;
let client: Client;
let at = 0;
beforeAll(async () => {
  // three gateways, and two of each room that counts
  product = await startProduct({ beside: ['gateway', 'gateway', 'codes', 'relationships'] });
  client = product.client;
  await client.setClock(NOW);
}, 90_000);
afterAll(() => product.stop(), 30_000);

/** One request after the other, each to the next gateway. */
const next = (): Client => product.clients[(at += 1) % product.clients.length]!;
const many = <T>(count: number, ask: (n: number, client: Client) => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, (_, n) => ask(n, next())));
/** How often each answer was given: the code of a problem, else the status. */
function tally(answers: Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const word = body.code && status >= 400 ? `${status} ${body.code}` : `${status}`;
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}
/** A host repeats what was answered with 503; what is counted is everybody's last answer, and what a repetition finds done was done by the request before it. */
async function lasting(ask: () => Promise<Answer>, isRepeated = false): Promise<Answer> {
  const answer = await ask();
  if (answer.status === 503) return lasting(ask, true);
  return isRepeated && answer.status === 200 ? { ...answer, status: 201 } : answer;
}
const register = (refereeId: string, code: string, gateway = next()) => lasting(() => gateway.post('/v1/referrals', { refereeId, code }));
const campaign = async (code: string, rest: object = {}) => {
  expect(await client.post('/v1/codes', { userId: `owner-of-${code}`, type: 'campaign', code, ...rest })).toMatchObject({ status: 201 });
};

describe('validations over several gateways', () => {
  const validate = (clientIp: string, code = 'SPRING-26', gateway = next()) => gateway.post('/v1/codes/validate', { code, clientIp });
  beforeAll(() => campaign('SPRING-26'));

  it('are 20 in a minute from one client: the 21st is told when to come back, and then may', async () => {
    for (let n = 0; n < 20; n += 1) expect((await validate('198.51.100.1')).status).toBe(200);
    const refused = await validate('198.51.100.1');
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect((await validate('198.51.100.2')).status).toBe(200);
    await client.setClock(after(59));
    expect((await validate('198.51.100.1')).headers.get('retry-after')).toBe('1');
    await client.setClock(after(60));
    expect((await validate('198.51.100.1')).status).toBe(200);
  });

  it('are exactly 20 for 50 parallel requests of a client, in each of 100 rounds', async () => {
    for (let round = 0; round < 100; round += 1) {
      expect([round, tally(await many(50, (_, gateway) => validate(`10.0.${round}.1`, 'SPRING-26', gateway)))]).toEqual([round, { 200: 20, '429 rate_limited': 30 }]);
    }
  }, 120_000);

  it('are 20 for an IPv6 /64, whichever of its addresses ask, and 60 for a /56', async () => {
    expect(tally(await many(50, (n, gateway) => validate(`2001:db8:0:aa00::${n + 1}`, 'SPRING-26', gateway)))).toEqual({ 200: 20, '429 rate_limited': 30 });
    expect(tally(await many(100, (n, gateway) => validate(`2001:db8:0:aa${(n % 5 + 1).toString(16).padStart(2, '0')}::1`, 'SPRING-26', gateway)))).toEqual({ 200: 40, '429 rate_limited': 60 });
  });

  it('that fail are 600 a minute over all, beyond which only who failed is refused', async () => {
    await client.setClock(after(HOUR));
    for (let group = 0; group < 6; group += 1) {
      expect(tally(await many(100, (n, gateway) => validate(`10.1.${group}.${n}`, 'NOBODYS', gateway)))).toEqual({ 200: 100 });
    }
    const again = await validate('10.1.0.0');
    expect([again.status, again.headers.get('retry-after')]).toEqual([429, '60']);
    expect(tally(await many(10, (n, gateway) => validate(`10.2.0.${n}`, 'SPRING-26', gateway)))).toEqual({ 200: 10 });
    await client.setClock(after(HOUR + 60));
    expect((await validate('10.1.0.0')).status).toBe(200);
  }, 60_000);
});

describe('registrations and codes over several gateways', () => {
  it('are 20 a day for a referrer over all own codes, and one more as the window slides', async () => {
    await client.setClock(after(DAY));
    const auto = await client.codeOf('rita');
    expect((await client.post('/v1/codes', { userId: 'rita', type: 'custom', code: 'RITAS-OWN' })).status).toBe(201);
    const answers = await many(40, (n, gateway) => register(`of-rita-${n}`, n % 2 ? auto : 'RITAS-OWN', gateway));
    expect(tally(answers)).toEqual({ 201: 20, '429 rate_limited': 20 });
    for (const { headers } of answers.filter(({ status }) => status === 429)) expect(headers.get('retry-after')).toBe(String(DAY));
    await client.setClock(after(2 * DAY - 1));
    const early = await register('of-rita-late', auto);
    expect([early.status, early.headers.get('retry-after')]).toEqual([429, '1']);
    await client.setClock(after(2 * DAY));
    expect((await register('of-rita-late', auto)).status).toBe(201);
  });

  it('are 50 a day for a code where a referrer may bring more, and of a campaign its own daily limit alone', async () => {
    const { version, programme } = (await client.get('/v1/programme')).body;
    const registration = { ...programme.registration, perReferrer: 500 };
    expect((await client.put('/v1/programme', { baseVersion: version, programme: { ...programme, registration } })).status).toBe(200);
    const code = await client.codeOf('karl');
    expect(tally(await many(70, (n, gateway) => register(`of-karl-${n}`, code, gateway)))).toEqual({ 201: 50, '429 rate_limited': 20 });
    expect((await client.put('/v1/programme', { baseVersion: version + 1, programme })).status).toBe(200);
    await campaign('DAILY-7', { dailyLimit: 7 });
    expect(tally(await many(30, (n, gateway) => register(`daily-${n}`, 'DAILY-7', gateway)))).toEqual({ 201: 7, '429 rate_limited': 23 });
    await campaign('CROWD');
    expect(tally(await many(70, (n, gateway) => register(`crowd-${n}`, 'CROWD', gateway)))).toEqual({ 201: 70 });
  }, 60_000);

  it('of one user are ten custom codes an hour', async () => {
    const create = (n: number, gateway: Client) => lasting(() => gateway.post('/v1/codes', { userId: 'maker', type: 'custom', code: `MADE-${n + 10}` }));
    expect(tally(await many(30, create))).toEqual({ 201: 10, '429 rate_limited': 20 });
    const refused = await create(90, next());
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, `${HOUR}`]);
    await client.setClock(after(2 * DAY + HOUR));
    expect((await create(91, next())).status).toBe(201);
  });

  it('of a leaked code pause it with the 200th refusal, until somebody activates it again', async () => {
    const code = await client.codeOf('leo');
    expect(tally(await many(20, (n, gateway) => register(`of-leo-${n}`, code, gateway)))).toEqual({ 201: 20 });
    for (let group = 0; group < 2; group += 1) expect(tally(await many(100, (n, gateway) => register(`leaked-${group}-${n}`, code, gateway)))).toEqual({ '429 rate_limited': 100 });
    const [own] = await eventually(async () => {
      const { data } = (await client.get('/v1/users/leo/codes')).body;
      expect(data).toMatchObject([{ isActive: false, pausedReason: 'refusals' }]);
      return data;
    });
    expect((await client.post('/v1/codes/validate', { code })).body).toEqual({ valid: false, reason: 'inactive' });
    expect((await register('too-late', code)).body).toMatchObject({ code: 'inactive' });
    const { rows } = await product.owner.query(`select body -> 'data' ->> 'reason' as reason from relationships.outbox where type = 'code.alarmed'`);
    expect(rows).toEqual([{ reason: 'refusals' }]);
    expect((await client.patch(`/v1/codes/${own.id}`, { isActive: true })).body).toMatchObject({ isActive: true, pausedReason: null });
    expect((await client.post('/v1/codes/validate', { code })).body).toMatchObject({ valid: true });
  }, 60_000);
});

describe('claims', () => {
  it('beyond 100 bonuses for a referrer in a day wait until the window has room', async () => {
    await client.setClock(after(10 * DAY));
    await campaign('CLAIMS');
    expect(tally(await many(104, (n, gateway) => register(`claim-${n}`, 'CLAIMS', gateway)))).toEqual({ 201: 104 });
    const balance = () => client.balance('owner-of-CLAIMS');
    await eventually(async () => expect(await balance()).toMatchObject({ held: 4 * 5, available: 100 * 5 }), 30_000);
    const held = (await client.get('/v1/users/owner-of-CLAIMS/bonuses?status=held')).body.data;
    expect(held.map(({ holdReason }: { holdReason: string }) => holdReason)).toEqual(Array.from({ length: 4 }, () => 'claim_limit'));
    await client.setClock(after(11 * DAY - 1));
    await client.runJob('hold-release');
    expect(await balance()).toMatchObject({ held: 4 * 5, available: 100 * 5 });
    await client.setClock(after(11 * DAY));
    await client.runJob('hold-release');
    await eventually(async () => expect(await balance()).toMatchObject({ held: 0, available: 104 * 5 }));
  }, 90_000);
});
