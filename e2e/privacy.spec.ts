import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

/** Every raw value that this host sends, in the spellings in which it could be found again. */
const RAW = [
  '198.51.100.77', '198.51.100.78', '2001:db8:77:78', 'phone-of-petra', 'tablet-of-paul', 'mozilla/5.0 (secret agent)', 'petra.private', 'petraprivate',
  'paul.private', 'paulprivate', 'private-post.example',
];
/** What fraud may keep for operators' patterns: an e-mail's domain. */
const KEPT_BY_FRAUD = ['private-post.example'];
const encodings = (value: string): string[] => [value, Buffer.from(value).toString('base64').replace(/=+$/, '').slice(0, -1), Buffer.from(value).toString('hex')].map((text) => text.toLowerCase());

let product: Product;
let client: Client;
beforeAll(async () => {
  product = await startProduct({ twice: true });
  client = product.client;
  await client.setClock('2026-04-01T09:00:00.000Z');
}, 60_000);
afterAll(() => product.stop(), 30_000);

const drained = () => eventually(async () => {
  const { rows } = await product.owner.query(['relationships', 'fraud', 'rewards', 'codes'].map((room) => `select 1 from ${room}.outbox_unsent`).join(' union all '));
  expect(rows).toEqual([]);
}, 20_000);

describe('a host that tells of addresses, devices, browsers and mailboxes wherever it can', () => {
  beforeAll(async () => {
    const userAgent = 'Mozilla/5.0 (secret agent)';
    const code = await client.codeOf('petra');
    await client.put('/v1/users/petra', { email: 'Petra.Private+shop@gmail.com', displayName: 'Petra P' });
    await client.post('/v1/activity', { id: 'p-1', userId: 'petra', kind: 'login', context: { ip: '198.51.100.77', deviceId: 'phone-of-petra', userAgent } });
    await client.post('/v1/codes/validate', { code, clientIp: '198.51.100.78' });
    await client.post('/v1/codes/validate', { code: 'NOBODYS', clientIp: '2001:db8:77:78::9' });
    await client.post('/v1/referrals', { refereeId: 'paul', code, context: { ip: '198.51.100.77', deviceId: 'phone-of-petra', userAgent, email: 'paul.private@private-post.example' } },
      { 'idempotency-key': 'petra-and-paul', 'user-agent': userAgent, 'x-forwarded-for': '198.51.100.78' });
    await client.post('/v1/referrals', { refereeId: 'pia', code, context: { ip: '2001:db8:77:78::1', deviceId: 'tablet-of-paul', email: 'petraprivate@googlemail.com' } });
    await client.post('/v1/referrals', { refereeId: 'broken', code, context: { ip: '198.51.100.77 or so', email: 'paul.private at home' } });
    await client.post('/v1/referrals', { refereeId: 'refused', code: 'NOBODYS', context: { ip: '198.51.100.77', deviceId: 'tablet-of-paul' } });
    await client.post('/v1/referrals', { refereeId: 'invalid', code, context: { ip: ['198.51.100.77'], deviceId: 7, email: 'paul.private@private-post.example' } });
    await client.put('/v1/users/paul', { email: 'Paul.Private@private-post.example' });
    await client.post('/v1/activity', { id: 'p-2', userId: 'paul', kind: 'app_used', appId: 'chat', context: { ip: '2001:db8:77:78::2', deviceId: 'tablet-of-paul', userAgent } });
    await client.post('/v1/payments', { id: 'p-3', userId: 'paul', kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled' });
    await client.post('/v1/fraud-patterns', { patternType: 'device_pattern', patternValue: 'tablet', severity: 'low', scoreImpact: 5 });
    for (const job of ['rescore', 'hold-release', 'review-alerts', 'daily-stats']) expect(await client.runJob(job)).toMatchObject({ status: 'succeeded' });
    await eventually(async () => expect((await client.get('/v1/users/paul/referral')).body.fraudScore).toBeGreaterThanOrEqual(80));
    await drained();
  }, 60_000);

  it('finds none of it in any table of any room', async () => {
    const { rows: tables } = await product.owner.query<{ room: string; name: string }>(
      `select n.nspname as room, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^pg_|^information_schema$' order by 1, 2`);
    expect(new Set(tables.map(({ room }) => room))).toEqual(new Set(['codes', 'common', 'fraud', 'gateway', 'insights', 'notifications', 'reconciler', 'relationships', 'rewards', 'scheduler']));
    for (const { room, name } of tables) {
      const raw = RAW.filter((value) => !(room === 'fraud' && KEPT_BY_FRAUD.includes(value))).flatMap(encodings);
      const { rows } = await product.owner.query(`select 1 from ${room}."${name}" t where lower(t::text) like any($1) limit 1`, [raw.map((value) => `%${value}%`)]);
      expect([`${room}.${name}`, rows.length]).toEqual([`${room}.${name}`, 0]);
    }
  });

  it('finds none of it in the logs, the streams and the metrics', async () => {
    const { folder } = product.servers;
    const streams = readdirSync(join(folder, 'nats'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const texts = new Map([join(folder, 'referrals.log'), ...streams.map((entry) => join(entry.parentPath, entry.name))].map((file) => [file, readFileSync(file, 'latin1').toLowerCase()]));
    const metrics = await fetch(`${client.url}/metrics`, { headers: { authorization: `Bearer ${product.adminKey}` } });
    texts.set('metrics', (await metrics.text()).toLowerCase());
    expect(texts.get(join(folder, 'referrals.log'))).toContain('context_ignored');
    expect([...texts.values()].some((text) => text.includes('referral.registered'))).toBe(true);
    expect(texts.get('metrics')).toContain('referrals');
    for (const [file, text] of texts) for (const value of RAW.flatMap(encodings)) expect([file, value, text.includes(value)]).toEqual([file, value, false]);
  });

  it('hears none of it in problems, reviews, events of webhooks and exports', async () => {
    const refused = await client.post('/v1/referrals', { refereeId: 'invalid', code: 'X', context: { ip: ['198.51.100.77'], deviceId: 'phone-of-petra' } });
    expect(refused.status).toBe(422);
    const answers = [refused, await client.get('/v1/reviews?limit=100'), await client.get('/v1/users/paul/export'), await client.get('/v1/users/petra/export'), await client.get('/v1/audit?limit=100')];
    for (const { body } of answers) {
      const text = JSON.stringify(body).toLowerCase();
      const raw = RAW.filter((value) => !KEPT_BY_FRAUD.includes(value)).flatMap(encodings);
      expect(raw.filter((value) => text.includes(value))).toEqual([]);
    }
  });
});
