import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { connectNats, STREAM } from '@referrals/messaging';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

const RAW = 'nina+canary.7f3a\\"x"@example.com';
const path = `/v1/users/${encodeURIComponent(RAW)}`;

let product: Product;
let client: Client;

beforeAll(async () => {
  product = await startProduct({ twice: true });
  client = product.client;
  await client.setClock('2026-05-10T12:00:00.000Z');
}, 60_000);
afterAll(() => product.stop(), 30_000);

/** Every row of every table of every schema, as text. */
async function dump(): Promise<string> {
  const { rows: tables } = await product.owner.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`);
  let text = '';
  for (const { name } of tables) {
    const { rows } = await product.owner.query<{ row: string }>(`select t::text || coalesce(to_jsonb(t)::text, '') as row from ${name} t`);
    for (const { row } of rows) text += `${name} ${row}\n`;
  }
  return text;
}

/** Everything that the broker keeps on its disk, and everything that was logged. */
function brokerFiles(): [file: string, text: string][] {
  const files = readdirSync(join(product.servers.folder, 'nats'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).map((file) => [file, readFileSync(file, 'latin1')]);
}
const log = (): string => readFileSync(join(product.servers.folder, 'referrals.log'), 'latin1');
const CANARIES = ['canary', 'Nina', 'cus_canary', '203.0.113', 'device-canary'];

/** As if the days for which the stream keeps events were over. */
async function letTheStreamAge(): Promise<void> {
  const nats = await connectNats(product.natsUrl, 'story');
  const { streams } = await jetstreamManager(nats);
  const { config } = await streams.info(STREAM);
  await streams.update(STREAM, { ...config, max_age: nanos(1_000), duplicate_window: nanos(500) });
  await eventually(async () => expect((await streams.info(STREAM)).state.messages).toBe(0));
  await streams.update(STREAM, config);
  await nats.close();
}

/** What users have and what was ever given and taken: unchanged but for what is rejected. */
const total = async () => (await product.owner.query(`select unit, sum(balance)::text as sum from rewards.account where kind = 'available' group by 1 order by 1`)).rows;
const transfers = async () => (await product.owner.query(`select id, debit_account, credit_account, amount from rewards.transfer where reason not in ('void', 'debt_write_off') order by id`)).rows;

describe('a user with a history, erased', () => {
  let before: { total: unknown; transfers: unknown };
  let erased: { status: number; body: { rooms: Record<string, string>; streamClearedAt: string } };

  it('was referred, used and paid, referred another, and has codes, facts and a name', async () => {
    const code = await client.codeOf('till');
    await client.put(path, { displayName: 'Nina Canary', email: 'nina.canary@example.com', stripeCustomerId: 'cus_canary', locale: 'de' });
    const registered = await client.post('/v1/referrals', { refereeId: RAW, code, appId: 'chat', occurredAt: '2026-05-08T12:00:00Z', context: { ip: '203.0.113.77', deviceId: 'device-canary' } }, { 'idempotency-key': 'once' });
    expect(registered.status).toBe(201);
    await client.post('/v1/activity', { id: 'use-1', userId: RAW, kind: 'app_used', appId: 'chat', occurredAt: '2026-05-08T13:00:00Z', context: { ip: '203.0.113.78' } });
    await client.post('/v1/payments', { id: 'pay-1', userId: RAW, kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled', occurredAt: '2026-05-10T11:00:00Z' });
    const own = (await client.get(`${path}/code`)).body.code;
    await client.post('/v1/referrals', { refereeId: 'omar', code: own, context: { ip: '203.0.113.77' } });
    await client.post('/v1/codes', { userId: RAW, type: 'custom', code: 'NINAS-OWN', metadata: { note: 'canary' } });
    await eventually(async () => {
      expect(await client.balance('till')).toMatchObject({ available: 40 });
      expect(await client.balance(encodeURIComponent(RAW))).toMatchObject({ available: 25, held: 5 });
      expect(await client.balance('omar')).toMatchObject({ available: 25 });
    });
    before = { total: await total(), transfers: await transfers() };
  });

  it('is exported first, from every room that knows the user', async () => {
    const { status, body } = await client.get(`${path}/export`);
    expect(status).toBe(200);
    expect(Object.keys(body.rooms)).toEqual(expect.arrayContaining(['codes', 'relationships', 'fraud', 'rewards']));
    expect(body.rooms.codes.code).toHaveLength(2);
    expect(body.rooms.relationships.referral).toHaveLength(2);
    expect(JSON.stringify(body)).toContain('Nina Canary');
    expect((await client.get('/v1/users/nobody/export')).body).toEqual({ userId: 'nobody', rooms: {} });
  });

  it('is exported whole, however much there is', async () => {
    await product.owner.query(`insert into codes.code (id, user_id, code, lookup_key, type, created_at)
      select gen_random_uuid(), 'hoarder', 'HOARD' || n, 'HOARD' || n, 'custom', common.now() from generate_series(1, 3000) n`);
    const { status, body } = await client.get('/v1/users/hoarder/export');
    expect([status, body.userId, Object.keys(body)]).toEqual([200, 'hoarder', ['userId', 'rooms']]);
    expect(new Set(body.rooms.codes.code.map(({ code }: { code: string }) => code)).size).toBe(3_000);
    await product.owner.query(`delete from codes.code where user_id = 'hoarder'`);
  });

  it('is accepted at once and told how far it is', async () => {
    erased = await client.call('DELETE', path);
    expect(erased.status).toBe(202);
    expect(erased.body).toMatchObject({ status: 'running', streamClearedAt: '2026-05-24T12:00:00.000Z' });
    await eventually(async () => {
      const { rows } = await product.owner.query('select finished_at from scheduler.erasure');
      expect(rows[0].finished_at).not.toBeNull();
    }, 20_000);
  });

  it('is named nowhere in the database any more', async () => {
    const text = await dump();
    for (const raw of CANARIES) expect(text.split('\n').filter((line) => line.includes(raw))).toEqual([]);
    expect(text).toContain('erased:');
  });

  it('is named in no line of the logs', () => {
    expect(log()).toContain('user_erased');
    expect(log().split('\n').filter((line) => CANARIES.some((raw) => line.includes(raw)))).toEqual([]);
  });

  it('is named nowhere on the broker’s disk once the stream has kept its events for long enough', async () => {
    expect(brokerFiles().some(([, text]) => text.includes('canary'))).toBe(true);
    await letTheStreamAge();
    expect(brokerFiles().flatMap(([file, text]) => CANARIES.filter((raw) => text.includes(raw)).map((raw) => [file, raw]))).toEqual([]);
  });

  it('leaves every entry in the books, rejects what was in hold, and leaves the referrals where they were', async () => {
    expect({ total: await total(), transfers: await transfers() }).toEqual(before);
    const { rows } = await product.owner.query(`select kind, balance from rewards.account where unit = 'credits' and user_id like 'erased:%' order by kind`);
    expect(rows.map(({ kind, balance }) => `${kind} ${balance}`)).toEqual(['available 25', 'held 0']);
    const { data } = (await client.get('/v1/users/till/referrals')).body;
    expect(data).toEqual([expect.objectContaining({ refereeId: expect.stringMatching(/^erased:/), stage: 'qualified' })]);
    expect((await client.get('/v1/users/omar/referral')).body.referrerId).toMatch(/^erased:/);
    expect(await client.balance('till')).toMatchObject({ available: 40 });
  });

  it('earns nothing more, and the other party goes on earning', async () => {
    await client.post('/v1/activity', { id: 'use-2', userId: 'omar', kind: 'app_used', appId: 'picture', occurredAt: '2026-05-10T12:06:00Z' });
    await client.post('/v1/payments', { id: 'pay-2', userId: 'omar', kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled' });
    await eventually(async () => expect((await client.get('/v1/users/omar/referral')).body.stage).toBe('qualified'));
    await client.setClock('2026-05-20T12:00:00.000Z');
    await client.runJob('hold-release');
    const { rows } = await product.owner.query(`select sum(balance)::int as balance from rewards.account where unit = 'credits' and user_id like 'erased:%'`);
    expect(rows).toEqual([{ balance: 25 }]);
    expect(await client.balance('omar')).toMatchObject({ available: 25 });
  });

  it('is a new person under the same id', async () => {
    expect((await client.get(`${path}/balances`)).body).toEqual({ balances: [] });
    expect((await client.get(`${path}/referral`)).status).toBe(404);
    expect((await client.post('/v1/referrals', { refereeId: RAW, code: await client.codeOf('till') })).status).toBe(201);
  });

  it('stands in the audit log without the id', async () => {
    const { body } = await client.get('/v1/audit');
    expect(body.data).toEqual(expect.arrayContaining([expect.objectContaining({ room: 'scheduler', action: 'user.erased', subject: expect.stringMatching(/^erased:/) })]));
  });
});
