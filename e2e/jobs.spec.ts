import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secrets } from '@referrals/config';
import { scheduler, type JobRun } from '@referrals/contracts';
import { askingUser, Bus, connectAs } from '@referrals/messaging';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

const NOW = Date.parse('2026-04-15T12:00:00.000Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (ms: number): string => new Date(ms).toISOString();

let product: Product;
let client: Client;
beforeAll(async () => {
  product = await startProduct({ twice: true });
  client = product.client;
  await client.setClock(at(NOW));
}, 60_000);
afterAll(() => product.stop(), 30_000);

const register = async (referrer: string, referee: string, occurredAt: string) =>
  expect((await client.post('/v1/referrals', { refereeId: referee, code: await client.codeOf(referrer), appId: 'chat', occurredAt })).status).toBe(201);
const pay = (id: string, userId: string, occurredAt: string) =>
  client.post('/v1/payments', { id, userId, kind: 'purchase', amount: 1_000, currency: 'EUR', status: 'settled', occurredAt });
const use = (id: string, userId: string, occurredAt: string) => client.post('/v1/activity', { id, userId, kind: 'app_used', appId: 'chat', occurredAt });
const referral = async (userId: string) => (await client.get(`/v1/users/${userId}/referral`)).body;
const rows = async <Row extends object>(text: string): Promise<Row[]> => (await product.owner.query<Row>(text)).rows;

describe('every job of the timetable', () => {
  const names = async (): Promise<string[]> => (await client.get('/v1/jobs')).body.data.map(({ name }: { name: string }) => name);

  it('stands there with what it does and how often', async () => {
    expect(await names()).toEqual(expect.arrayContaining([
      'retention-check', 'hold-release', 'batch-rewards', 'rescore', 'daily-stats', 'fingerprint-purge', 'clean-up', 'reconcile', 'statistics-rebuild',
    ]));
  });

  it('runs by hand over HTTP, and leaves its run with times and counts', async () => {
    for (const name of await names()) {
      const run = (await client.runJob(name)) as JobRun;
      expect(run).toMatchObject({ job: name, trigger: 'hand', status: 'succeeded', error: null });
      expect((await client.get(`/v1/jobs/${name}/runs/${run.id}`)).body).toEqual(run);
    }
  }, 60_000);

  it('runs by hand over NATS', async () => {
    const nats = await connectAs(askingUser('host'), { NATS_URL: product.servers.nats.url }, new Secrets(product.servers.folder));
    const bus = new Bus(nats, 15_000);
    for (const name of await names()) expect(await bus.request(scheduler.runJob, { name })).toMatchObject({ job: name, trigger: 'hand', status: 'succeeded', error: null });
    await nats.close();
  }, 60_000);
});

describe('retention, found by the hourly check', () => {
  const registered = NOW - 5 * DAY;
  const due = registered + 30 * DAY;
  const check = async (now: number) => {
    await client.setClock(at(now));
    return client.runJob('retention-check');
  };

  it('is nothing a second before 30 days, and the bonus at 30 days for who was active within a week', async () => {
    await register('till', 'nina', at(registered));
    await use('nina-1', 'nina', at(registered + HOUR));
    await pay('nina-pays', 'nina', at(registered + 2 * DAY));
    await eventually(async () => expect((await client.balance('till')).available).toBe(40));
    await client.setClock(at(due - 7 * DAY + 1_000));
    await use('nina-2', 'nina', at(due - 7 * DAY + 1_000));
    expect(await check(due - 1_000)).toMatchObject({ status: 'succeeded', changed: 0 });
    expect(await referral('nina')).toMatchObject({ stage: 'qualified', retainedAt: null });
    expect(await check(due)).toMatchObject({ changed: 1 });
    expect(await referral('nina')).toMatchObject({ stage: 'retained', retainedAt: at(due) });
    await eventually(async () => expect((await client.balance('till')).available).toBe(55));
  }, 30_000);

  it('comes for who was away with the first check after they came back, at the time they did', async () => {
    await client.setClock(at(NOW));
    await register('olga', 'paul', at(registered));
    await use('paul-1', 'paul', at(registered + HOUR));
    await pay('paul-pays', 'paul', at(registered + 2 * DAY));
    await eventually(async () => expect((await client.balance('olga')).available).toBe(40));
    expect(await check(due)).toMatchObject({ changed: 0 });
    expect(await check(due + 20 * DAY)).toMatchObject({ changed: 0 });
    const back = due + 20 * DAY + 90_000;
    await client.setClock(at(back));
    await client.post('/v1/activity', { id: 'paul-2', userId: 'paul', kind: 'login', occurredAt: at(back) });
    expect(await check(due + 25 * DAY)).toMatchObject({ changed: 1 });
    expect(await referral('paul')).toMatchObject({ stage: 'retained', retainedAt: at(back) });
    await eventually(async () => expect((await client.balance('olga')).available).toBe(55));
    expect(await check(due + 26 * DAY)).toMatchObject({ changed: 0 });
  }, 30_000);
});

describe('what grows', () => {
  it('agrees with what is in hold also while a dispute holds a part of a bonus', async () => {
    await client.post('/v1/payments/nina-pays/disputes', { id: 'dispute-1', status: 'opened', amount: 500 });
    await eventually(async () => expect(await client.balance('till', 'EUR')).toMatchObject({ available: 50, held: 50 }));
    expect(await client.runJob('reconcile')).toMatchObject({ status: 'succeeded', changed: 0 });
  }, 30_000);

  it('is forgotten when its time is over, and not before', async () => {
    const TABLES = ['notifications.delivery', 'notifications.webhook_event', 'codes.click', 'codes.first_look_up', 'relationships.code_refusal', 'scheduler.difference'];
    const counts = () => Promise.all(TABLES.map(async (table) => (await rows<{ n: number }>(`select count(*)::int as n from ${table}`))[0]!.n));
    const over = 1_000 * DAY;
    const now = NOW + 100 * DAY;
    for (const [age, name] of [[over, 'old'], [0, 'young']] as const) {
      await client.setClock(at(now - age));
      await product.owner.query(GROW, [name]);
    }
    expect(await counts()).toEqual([2, 2, 2, 2, 2, 2]);
    expect(await client.runJob('clean-up')).toMatchObject({ status: 'succeeded' });
    expect(await counts()).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await rows('select type from notifications.webhook_event')).toEqual([{ type: 'young' }]);
  }, 30_000);

  it('is forgotten by the gateway with every new key', async () => {
    await rows(`insert into gateway.idempotency values ('old', '', '{}', now() - interval '25 hours'), ('young', '', '{}', now() - interval '23 hours')`);
    expect((await client.post('/v1/api-keys', { scope: 'publishable' })).status).toBe(201);
    expect(await rows(`select key from gateway.idempotency where key in ('old', 'young')`)).toEqual([{ key: 'young' }]);
  });
});

/** One row of everything that ends by itself, of the present; the parameter is written where there is room for it. */
const GROW = `with
  endpoint as (
    insert into notifications.endpoint (id, url, secret_made_at, created_at, is_active)
    values (gen_random_uuid(), 'https://example.com', common.now(), common.now(), false) returning id),
  body as (insert into notifications.webhook_event (id, type, body) values (gen_random_uuid(), $1, '{}') returning id),
  delivery as (
    insert into notifications.delivery (id, endpoint_id, event_id, status, give_up_at, created_at)
    select gen_random_uuid(), endpoint.id, body.id, 'delivered', common.now(), common.now() from endpoint, body),
  click as (insert into codes.click values (gen_random_uuid(), (common.now() at time zone 'utc')::date, 1)),
  look_up as (insert into codes.first_look_up values (gen_random_uuid(), convert_to($1, 'utf8'), common.now())),
  refusal as (insert into relationships.code_refusal values (gen_random_uuid(), common.now(), 1))
  insert into scheduler.difference (id, run_id, check_name, subject, found_at)
  values (gen_random_uuid(), gen_random_uuid(), 'none', $1, common.now())`;
