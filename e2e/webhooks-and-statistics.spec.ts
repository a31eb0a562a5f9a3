import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { connectNats } from '@referrals/messaging';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

const NOW = new Date('2026-04-15T09:00:00.000Z');

let product: Product;
let client: Client;
let server: Server;
let secret = '';
const received: { id: string; type: string; aggregateId: string; data: Record<string, unknown> }[] = [];
let receive: (request: IncomingMessage, response: ServerResponse) => void;

const accept = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  received.push(new Webhook(secret).verify(Buffer.concat(chunks).toString(), request.headers as Record<string, string>) as never);
  response.writeHead(204).end();
};

beforeAll(async () => {
  product = await startProduct({ twice: true, variables: { WEBHOOK_ALLOW_PRIVATE: '1' } });
  client = product.client;
  await client.setClock(NOW);
  server = createServer((request, response) => receive(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
}, 60_000);
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await product.stop();
}, 30_000);

const typesOf = (userOrId: string): string[] => received.filter(({ data }) => Object.values(data).includes(userOrId)).map(({ type }) => type).sort();

describe('an operator with a webhook', () => {
  it('is shown the secret once', async () => {
    receive = (_request, response) => void response.writeHead(500).end();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const made = await client.post('/v1/webhook-endpoints', { url }, { 'idempotency-key': 'hook' });
    expect(made).toMatchObject({ status: 201, body: { url, events: null, isActive: true, secret: expect.stringMatching(/^whsec_/) } });
    secret = made.body.secret;
    const replayed = await client.post('/v1/webhook-endpoints', { url }, { 'idempotency-key': 'hook' });
    expect(replayed.body).toMatchObject({ id: made.body.id, secret: null });
    expect((await client.get('/v1/webhook-endpoints')).body.data).toEqual([expect.not.objectContaining({ secret: expect.anything() })]);
    expect((await client.post('/v1/webhook-endpoints', { url, events: ['no.such'] })).body).toMatchObject({ code: 'invalid_request' });
  });

  it('hears everything in the end though the receiver fails, and payments never notice', async () => {
    await client.put('/v1/users/till', { displayName: 'Till Schneider', locale: 'de' });
    await client.put('/v1/users/nina', { displayName: 'Nina Berg' });
    const code = await client.codeOf('till');
    const { body } = await client.post('/v1/referrals', { refereeId: 'nina', code, appId: 'chat', occurredAt: '2026-04-13T09:00:00.000Z' });
    expect((await client.post('/v1/activity', { id: 't-1', userId: 'nina', kind: 'trial_started', appId: 'chat', periodDays: 14 })).status).toBe(202);
    expect((await client.post('/v1/payments', { id: 'pay-1', userId: 'nina', kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled' })).body.outcome).toBe('applied');
    await eventually(async () => expect((await client.balance('till')).available).toBe(40));
    await eventually(async () => expect((await client.get('/v1/webhook-deliveries?status=pending')).body.data[0]).toMatchObject({ lastStatus: 500, lastError: 'refused' }));
    receive = (request, response) => void accept(request, response);
    await eventually(async () => expect((await client.get('/v1/webhook-deliveries?status=pending')).body.data).toEqual([]), 20_000);
    expect(new Set(received.map(({ id }) => id)).size).toBe(received.length);
    expect(typesOf(body.referral.id)).toEqual(expect.arrayContaining(['bonus.paid', 'referral.activated', 'referral.assessed', 'referral.qualified', 'referral.registered']));
    expect(received.filter(({ type }) => type === 'notification.referrer').map(({ data }) => data['text'])).toEqual(
      expect.arrayContaining(['Nina B. hat sich mit deinem Code angemeldet.', 'Nina B. testet das Produkt für 14 Tage.']));
    expect(JSON.stringify(received)).not.toContain('sealed:');
  }, 60_000);

  it('may send a delivery again', async () => {
    const { data: [last] } = (await client.get('/v1/webhook-deliveries?status=delivered&limit=1')).body;
    const before = received.filter(({ id }) => id === last.eventId).length;
    expect((await client.post(`/v1/webhook-deliveries/${last.id}/resend`)).body).toMatchObject({ status: 'pending' });
    await eventually(async () => expect(received.filter(({ id }) => id === last.eventId).length).toBe(before + 1));
  });
});

describe('statistics', () => {
  const none = { registrations: 0, activations: 0, qualifications: 0, retentions: 0, creditsPaid: 0, creditsHeld: 0, fraudBlocked: 0 };

  /** What came late lands on the day on which it happened. */
  const expectDay = async (): Promise<void> => {
    const [{ paid }] = (await product.owner.query(
      `select coalesce(sum(amount) filter (where status = 'paid'), 0)::int as paid from rewards.bonus where unit = 'credits'`)).rows;
    for (const appId of ['chat', null]) {
      const { data } = (await client.get(`/v1/stats/daily?from=2026-04-13&to=2026-04-15${appId ? `&appId=${appId}` : ''}`)).body;
      expect(data).toEqual([
        { ...none, date: '2026-04-13', appId, registrations: 1 },
        { ...none, date: '2026-04-14', appId },
        { ...none, date: '2026-04-15', appId, activations: 1, qualifications: 1, creditsPaid: paid, creditsHeld: data[2].creditsHeld },
      ]);
    }
  };

  it('are those of the day and the app', () => eventually(expectDay));

  it('show funnel, leaderboard and a user', async () => {
    const { body } = await client.get('/v1/stats/overview');
    expect(body.funnel.map(({ count }: { count: number }) => count)).toEqual([1, 1, 1, 0]);
    expect((await client.get('/v1/leaderboard?period=month')).body.data[0]).toMatchObject({ userId: 'till', name: 'Till S.', qualified: 1, credits: 40 });
    expect((await client.get('/v1/users/till/stats')).body).toMatchObject({
      invited: 1, active: 1, converted: 1, paid: 1, byApp: [{ appId: 'chat', invited: 1, active: 1, qualified: 1 }], credits: { earned: 40 },
      recentActivity: expect.arrayContaining([expect.objectContaining({ event: 'qualified', name: 'Nina B.' })]),
    });
  });

  it('agree with a recount, and are the same when they are rebuilt', async () => {
    expect(await client.runJob('daily-stats')).toMatchObject({ status: 'succeeded', changed: 0 });
    const run = await client.runJob('statistics-rebuild');
    expect(run).toMatchObject({ status: 'succeeded' });
    expect(run.processed).toBeGreaterThan(5);
    await expectDay();
    expect(await client.runJob('daily-stats')).toMatchObject({ status: 'succeeded', changed: 0 });
  }, 30_000);

  it('are the same after the stream was deleted and published anew from the outboxes', async () => {
    await product.owner.query(`truncate insights.referral, insights.stage, insights.bonus, insights.payment, insights.person, insights.daily,
      insights.standing, insights.funnel, insights.inbox`);
    await product.owner.query(`delete from scheduler.redrive_watermark where consumer = 'insights'`);
    const nats = await connectNats(product.natsUrl, 'story');
    await (await jetstreamManager(nats)).streams.delete('REFERRALS');
    await nats.close();
    await eventually(expectDay, 30_000);
    expect(await client.runJob('daily-stats')).toMatchObject({ status: 'succeeded', changed: 0 });
  }, 60_000);

  it('and the books agree: ledger, balances, bonuses and relationships', async () => {
    expect(await client.runJob('reconcile')).toMatchObject({ status: 'succeeded', changed: 0 });
    expect((await client.get('/v1/reconciliation/differences')).body.data).toEqual([]);
    await product.owner.query('alter table rewards.account disable trigger all');
    await product.owner.query(`update rewards.account set balance = balance + 1 where user_id = 'till' and unit = 'credits' and kind = 'available'`);
    expect(await client.runJob('reconcile')).toMatchObject({ changed: 1 });
    expect((await client.get('/v1/reconciliation/differences')).body.data).toEqual([
      expect.objectContaining({ check: 'balance_is_ledger', expected: '40', found: '41' }),
    ]);
    expect((await client.balance('till')).available).toBe(41); // listed, and left as it is
  }, 30_000);

  it('are cleaned of what nobody needs any more', async () => {
    await product.owner.query(`update rewards.idempotency set created_at = created_at - interval '25 hours'`);
    expect(await client.runJob('clean-up')).toMatchObject({ status: 'succeeded' });
    expect((await product.owner.query('select 1 from notifications.idempotency')).rowCount).toBe(1);
  }, 30_000);
});
