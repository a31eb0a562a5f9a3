import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

const told = async (type: string, reviewId: string): Promise<any[]> => // eslint-disable-line @typescript-eslint/no-explicit-any
  (await product.owner.query(`select body -> 'data' as data from fraud.outbox where type = $1 and aggregate_id = $2 order by id`, [type, reviewId])).rows.map(({ data }) => data);

let count = 0;
/** Somebody signs up from where the referrer was seen; answers with the review that this opens. */
async function suspect(context: { ip: string; deviceId?: string }) {
  const n = (count += 1);
  const [referrer, referee] = [`referrer-${n}`, `referee-${n}`];
  await client.post('/v1/activity', { id: `seen-${n}`, userId: referrer, kind: 'login', context });
  await client.post('/v1/referrals', { refereeId: referee, code: await client.codeOf(referrer), context });
  return eventually(async () => {
    const { body } = await client.get('/v1/reviews?status=pending&limit=100');
    const review = body.data.find((entry: { refereeId: string }) => entry.refereeId === referee);
    expect(review).toBeDefined();
    return review;
  });
}

describe('a review', () => {
  it.each([['approve', 'approved'], ['reject', 'rejected']])('is opened for a shared address and device: %s settles it', async (decision, status) => {
    const review = await suspect({ ip: '198.51.100.7', deviceId: `device-${decision}` });
    expect(review).toMatchObject({ score: 80, priority: 'high', status: 'pending', assignee: null, notes: null, decidedAt: null, decidedBy: null });
    expect((await client.post(`/v1/reviews/${review.id}/assign`, { assignee: 'rita' })).body).toMatchObject({ assignee: 'rita' });
    const answer = await client.post(`/v1/reviews/${review.id}/decision`, { decision, notes: 'looked at it' });
    expect(answer).toMatchObject({ status: 200, body: { status, notes: 'looked at it', decidedAt: NOW.toISOString() } });
    expect(await client.post(`/v1/reviews/${review.id}/decision`, { decision: 'approve' })).toMatchObject({ status: 409, body: { code: 'already_decided' } });
    expect(await told('review.decided', review.id)).toMatchObject([{ reviewId: review.id, decision: status, score: 80, decidedAt: NOW.toISOString() }]);
    const { body } = await client.get(`/v1/reviews/${review.id}`);
    expect(body.history.map(({ kind }: { kind: string }) => kind)).toEqual(['opened', 'assigned', status]);
    expect(body.signals.map(({ signal }: { signal: string }) => signal)).toEqual(['same_ip', 'same_device']);
    await eventually(async () => expect((await client.get(`/v1/reviews/${review.id}`)).body.bonuses.length).toBeGreaterThan(0));
  });

  it('that was escalated waits, and is decided by somebody else', async () => {
    const review = await suspect({ ip: '198.51.100.8', deviceId: 'device-escalated' });
    expect((await client.post(`/v1/reviews/${review.id}/decision`, { decision: 'escalate' })).body).toMatchObject({ status: 'escalated', decidedBy: null });
    expect((await client.post('/v1/reviews/decisions', { ids: [review.id], decision: 'reject' })).body).toEqual({ data: [{ id: review.id, outcome: 'decided' }] });
    expect((await told('review.decided', review.id)).map(({ decision }) => decision)).toEqual(['escalated', 'rejected']);
  });

  it('of two reviewers at once has one', async () => {
    const review = await suspect({ ip: '198.51.100.9', deviceId: 'device-raced' });
    const answers = await Promise.all(['approve', 'reject'].map((decision) => client.post(`/v1/reviews/${review.id}/decision`, { decision })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('of the first band lapses with its hold; one of 60 and more is still there a year later, with an alert', async () => {
    const [medium, high] = [await suspect({ ip: '198.51.100.10' }), await suspect({ ip: '198.51.100.11', deviceId: 'device-forgotten' })];
    expect([medium.priority, high.priority]).toEqual(['medium', 'high']);
    await eventually(async () => expect(await client.balance(medium.referrerId)).toMatchObject({ held: 5 }));
    await client.setClock(after(48));
    await client.runJob('hold-release');
    await eventually(async () => expect((await client.get(`/v1/reviews/${medium.id}`)).body.status).toBe('lapsed'));
    await client.setClock(after(24 * 366));
    for (const job of ['hold-release', 'review-lapse', 'review-alerts']) expect((await client.runJob(job)).status).toBe('succeeded');
    expect((await client.get(`/v1/reviews/${high.id}`)).body.status).toBe('pending');
    expect(await told('review.overdue', high.id)).toMatchObject([{ reviewId: high.id, score: 80, priority: 'high' }]);
    await client.setClock(NOW);
  });
});

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

  it('leave no raw value in the database, the logs or the streams', async () => {
    const raw = ['198.51.100.', '203.0.113.200', '192.0.2.77', 'device-forgotten', 'mailinator', 'tillweber', 'till.weber'];
    for (const schema of ['codes', 'relationships', 'fraud', 'rewards', 'scheduler', 'gateway']) {
      const { rows } = await product.owner.query<{ table: string }>(
        `select c.relname as table from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'r'`, [schema]);
      for (const { table } of rows) {
        // e-mail domains are facts that fraud may keep, and an operator's pattern is no user's address
        const values = raw.filter((value) => value !== 'mailinator');
        const { rows: found } = await product.owner.query(`select 1 from ${schema}."${table}" t where lower(t::text) like any($1) limit 1`, [values.map((value) => `%${value}%`)]);
        expect([`${schema}.${table}`, found.length]).toEqual([`${schema}.${table}`, 0]);
      }
    }
    const { folder } = product.servers;
    const streams = readdirSync(join(folder, 'nats'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const files = [join(folder, 'referrals.log'), ...streams.map((entry) => join(entry.parentPath, entry.name))];
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      const text = readFileSync(file, 'latin1').toLowerCase();
      for (const value of raw) expect([file, value, text.includes(value)]).toEqual([file, value, false]);
    }
  });
});
