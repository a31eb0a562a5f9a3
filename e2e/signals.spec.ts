import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

const NOW = new Date('2026-04-01T09:00:00.000Z');
const after = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);

let product: Product;
let client: Client;
beforeAll(async () => {
  product = await startProduct({ twice: true });
  client = product.client;
  await client.setClock(NOW);
}, 60_000);
afterAll(() => product.stop(), 30_000);

describe('signals over the whole product', () => {
  const scored = (referee: string) => eventually(async () => {
    const { body } = await client.get(`/v1/users/${referee}/referral`);
    expect(body.fraudScore).not.toBeNull();
    return body;
  });

  it('know a sign-up seconds after the look-up from the same address', async () => {
    const code = await client.codeOf('quick');
    await client.post('/v1/codes/validate', { code, clientIp: '198.51.100.20' });
    await client.setClock(new Date(NOW.getTime() + 30_000));
    await client.post('/v1/referrals', { refereeId: 'quick-1', code, context: { ip: '198.51.100.20' } });
    await eventually(async () => expect((await scored('quick-1')).fraudSignals).toMatchObject([{ signal: 'rapid_registration', weight: 15 }]));
    await client.setClock(new Date(NOW.getTime() + 31_000));
    await client.post('/v1/referrals', { refereeId: 'quick-2', code, context: { ip: '198.51.100.20' } });
    expect((await scored('quick-2')).fraudSignals).toEqual([]);
    await client.setClock(NOW);
  });

  it('know an e-mail that resembles the referrer’s, told before or after', async () => {
    await client.put('/v1/users/mailer', { email: 'Till.Weber+work@gmail.com' });
    await client.post('/v1/referrals', { refereeId: 'mailed', code: await client.codeOf('mailer'), context: { email: 'tillweber7@googlemail.com' } });
    await eventually(async () => expect((await scored('mailed')).fraudSignals).toMatchObject([{ signal: 'similar_email', weight: 25, evidence: { match: 'same_without_digits' } }]));
    await client.put('/v1/users/mailed', { email: 'x@mailinator.com' });
    await eventually(async () => expect((await scored('mailed')).fraudScore).toBe(45));
  });

  it('take in a pattern that comes after the sign-up', async () => {
    await client.post('/v1/referrals', { refereeId: 'early', code: await client.codeOf('pat'), context: { ip: '192.0.2.77' } });
    expect((await scored('early')).fraudScore).toBe(0);
    const value = { patternType: 'ip_range', patternValue: '192.0.2.0/24' };
    expect((await client.post('/v1/fraud-patterns/dry-run', value)).body).toMatchObject({ matched: 1 });
    const made = await client.post('/v1/fraud-patterns', { ...value, severity: 'high', scoreImpact: 60 });
    expect(made).toMatchObject({ status: 201, body: { ...value, isActive: true } });
    await eventually(async () => expect((await scored('early')).fraudScore).toBe(60));
    expect((await client.call('DELETE', `/v1/fraud-patterns/${made.body.id}`)).status).toBe(204);
    await eventually(async () => expect((await scored('early')).fraudScore).toBe(0));
    expect(await client.post('/v1/fraud-patterns', { ...value, patternValue: 'nowhere', severity: 'high', scoreImpact: 60 })).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
  });

  it('tie users into rings, which a job reports', async () => {
    const ring = ['ring-1', 'ring-2', 'ring-3', 'ring-4'];
    for (const [n, userId] of ring.entries()) {
      await client.post('/v1/activity', { id: `in-${userId}`, userId, kind: 'login', context: { deviceId: `handed-on-${n}` } });
      await client.post('/v1/activity', { id: `at-${userId}`, userId, kind: 'login', context: { deviceId: `handed-on-${(n + 1) % 4}` } });
    }
    await eventually(async () => {
      expect(await client.runJob('ring-detection')).toMatchObject({ status: 'succeeded' });
      const { data, nextCursor } = (await client.get('/v1/fraud/rings?minDevices=2')).body;
      expect([data, nextCursor]).toEqual([[expect.objectContaining({ size: 4, users: ring, devices: 4, addresses: 0, referrals: 0, highestScore: null })], null]);
    });
    expect((await client.get('/v1/fraud/rings?userId=ring-3&limit=1')).body.data).toMatchObject([{ size: 4 }]);
    expect(await client.get('/v1/fraud/rings?minSize=1')).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
  });

  it('block none of 500 users behind one IPv4 address', async () => {
    const context = { ip: '203.0.113.200' };
    const referrers = Array.from({ length: 25 }, (_, n) => `campus-${n}`);
    await Promise.all(referrers.map((userId) => client.post('/v1/activity', { id: `at-${userId}`, userId, kind: 'login', context })));
    for (const [index, referrer] of referrers.entries()) {
      const code = await client.codeOf(referrer);
      // four an hour each: what is measured is the address alone
      for (let hour = 0; hour < 5; hour += 1) {
        await client.setClock(after(24 + hour * 2));
        const answers = await Promise.all([0, 1, 2, 3].map((n) => client.post('/v1/referrals', { refereeId: `student-${index}-${hour}-${n}`, code, context })));
        expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
      }
    }
    const scores = await eventually(async () => {
      const { rows } = await product.owner.query(`select score, count(*)::int as n from fraud.assessment where referrer_id like 'campus-%' and score is not null group by 1`);
      expect(rows.reduce((sum: number, { n }: { n: number }) => sum + n, 0)).toBe(500);
      return rows;
    }, 30_000);
    expect(scores).toEqual([{ score: 30, n: 500 }]);
    const { rows } = await product.owner.query(`select status, count(*)::int as n from fraud.review where referrer_id like 'campus-%' group by 1`);
    expect(rows).toEqual([{ status: 'pending', n: 500 }]);
    await client.setClock(NOW);
  }, 120_000);
});
