import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

const NOW = new Date('2026-04-01T09:00:00.000Z');
const after = (hours: number, seconds = 0) => new Date(NOW.getTime() + hours * 3_600_000 + seconds * 1_000);

let product: Product;
let client: Client;
beforeAll(async () => {
  product = await startProduct({ twice: true });
  client = product.client;
  await client.setClock(NOW);
}, 60_000);
afterAll(() => product.stop(), 30_000);

/** The referrer is seen somewhere, then somebody signs up from there. */
async function signUpBeside(referrer: string, referee: string, shared: { ip?: string; deviceId?: string }) {
  await client.post('/v1/activity', { id: `seen-${referrer}`, userId: referrer, kind: 'login', context: shared });
  await eventually(async () => expect((await product.owner.query('select 1 from fraud.outbox_unsent')).rowCount).toBe(0));
  const code = await client.codeOf(referrer);
  await eventually(async () => {
    const [row] = (await product.owner.query('select count(*)::int as n from fraud.inbox')).rows;
    expect(row.n).toBeGreaterThan(0);
  });
  await client.post('/v1/referrals', { refereeId: referee, code, context: shared });
  return eventually(async () => {
    const { body } = await client.get(`/v1/users/${referee}/referral`);
    expect(body.fraudScore).not.toBeNull();
    return body;
  });
}

describe('a bonus with a score', () => {
  it('of 30 for a shared address waits 48 hours, and a second less is too early', async () => {
    const referral = await signUpBeside('anna', 'ben', { ip: '198.51.100.7' });
    expect(referral).toMatchObject({ fraudScore: 30, fraudSignals: [{ signal: 'same_ip', weight: 30 }] });
    await eventually(async () => expect(await client.balance('anna')).toMatchObject({ available: 0, held: 5 }));
    await eventually(async () => expect(await client.balance('ben')).toMatchObject({ available: 25, held: 0 })); // the referee's own is not held
    await client.setClock(after(48, -1));
    await client.runJob('hold-release');
    expect(await client.balance('anna')).toMatchObject({ available: 0, held: 5 });
    await client.setClock(after(48));
    expect(await client.runJob('hold-release')).toMatchObject({ status: 'succeeded', changed: 1 });
    expect(await client.balance('anna')).toMatchObject({ available: 5, held: 0 });
    await client.setClock(NOW);
  });

  it('of 80 for address and device waits for a person, a year later still', async () => {
    const referral = await signUpBeside('carl', 'dora', { ip: '2001:db8:1:2::7', deviceId: 'device-of-carl' });
    expect(referral.fraudScore).toBe(80);
    await eventually(async () => expect(await client.balance('carl')).toMatchObject({ available: 0, held: 5 }));
    await client.setClock(after(24 * 366));
    await client.runJob('hold-release');
    expect(await client.balance('carl')).toMatchObject({ available: 0, held: 5 });
    await client.setClock(NOW);
  });

  it('leaves no address and no device in the database or the logs', async () => {
    for (const schema of ['codes', 'relationships', 'fraud', 'rewards', 'scheduler', 'gateway']) {
      const { rows } = await product.owner.query<{ table: string; dump: string }>(
        `select c.relname as table, query_to_xml(format('select * from %I.%I', n.nspname, c.relname), true, false, '')::text as dump
         from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'r'`, [schema]);
      for (const { table, dump } of rows) {
        for (const raw of ['198.51.100.7', '2001:db8:1:2', 'device-of-carl']) expect([table, dump.includes(raw)]).toEqual([table, false]);
      }
    }
  });
});
