import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type Client, type Json } from './harness/client.js';
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

const told = async (type: string, reviewId: string): Promise<Json[]> =>
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

  it('keeps its whole history: who opened, took, noted, escalated and decided it, and when', async () => {
    const review = await suspect({ ip: '198.51.100.12', deviceId: 'device-of-history' });
    await client.post(`/v1/reviews/${review.id}/assign`, { assignee: 'rita' });
    await client.setClock(after(1));
    await client.post(`/v1/reviews/${review.id}/notes`, { notes: 'same phone' });
    await client.post(`/v1/reviews/${review.id}/decision`, { decision: 'escalate', notes: 'please look' });
    await client.post(`/v1/reviews/${review.id}/assign`, { assignee: null });
    await client.setClock(after(2));
    await client.post(`/v1/reviews/${review.id}/decision`, { decision: 'reject' });
    await client.post(`/v1/reviews/${review.id}/notes`, { notes: 'told support' });
    expect(await client.post(`/v1/reviews/${review.id}/assign`, { assignee: 'rolf' })).toMatchObject({ status: 409, body: { code: 'already_decided' } });
    const { body } = await client.get(`/v1/reviews/${review.id}`);
    expect(body).toMatchObject({ status: 'rejected', assignee: null, notes: 'told support', decidedBy: 'first-admin-key', decidedAt: after(2).toISOString() });
    expect(body.history.map(({ kind, actor, at }: Record<string, string>) => [kind, actor, at])).toEqual([
      ['opened', 'fraud', NOW.toISOString()], ['assigned', 'first-admin-key', NOW.toISOString()], ['noted', 'first-admin-key', after(1).toISOString()],
      ['escalated', 'first-admin-key', after(1).toISOString()], ['assigned', 'first-admin-key', after(1).toISOString()],
      ['rejected', 'first-admin-key', after(2).toISOString()], ['noted', 'first-admin-key', after(2).toISOString()],
    ]);
    await client.setClock(NOW);
  });

  it('is decided with up to 100 others at once; of two reviewers with the same list each review has one', async () => {
    const reviews = await Promise.all(Array.from({ length: 12 }, (_, n) => suspect({ ip: `198.51.100.${30 + n}`, deviceId: `device-in-bulk-${n}` })));
    const ids = reviews.map(({ id }) => id);
    const unknown = '0199aaaa-0000-7000-8000-000000000001';
    const [approved, rejected] = await Promise.all([
      client.post('/v1/reviews/decisions', { ids: [...ids, unknown], decision: 'approve', notes: 'a family' }),
      client.post('/v1/reviews/decisions', { ids: [unknown, ...ids.toReversed()], decision: 'reject' }),
    ]);
    expect([approved.status, rejected.status]).toEqual([200, 200]);
    const outcomes = new Map<string, string[]>();
    for (const { id, outcome } of [...approved.body.data, ...rejected.body.data]) outcomes.set(id, [...(outcomes.get(id) ?? []), outcome].sort());
    expect(outcomes.get(unknown)).toEqual(['not_found', 'not_found']);
    for (const id of ids) expect(outcomes.get(id)).toEqual(['already_decided', 'decided']);
    for (const id of ids) expect(await told('review.decided', id)).toHaveLength(1);
    const tooMany = Array.from({ length: 101 }, () => unknown);
    expect(await client.post('/v1/reviews/decisions', { ids: tooMany, decision: 'reject' })).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
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
