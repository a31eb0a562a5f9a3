import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '@referrals/servers';
import { startBrokerIn } from '@rooms/standalone';
import { eventually } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

const OUTAGE_MS = 10_000;
/** so many referrers that none comes to the hundred bonuses a day from which on they wait */
const STANDS = 40;

let product: Product;

beforeAll(async () => {
  product = await startProduct({ ownServers: true, testClock: false });
  for (let n = 0; n < STANDS; n += 1) await product.client.post('/v1/codes', { userId: `fair-${n}`, type: 'campaign', code: `STAND-${n}` });
}, 60_000);
afterAll(() => product.stop(), 30_000);

/** Hosts that sign people up all the time, and repeat what was not answered, as they may. */
function load(workers: number) {
  const accepted: string[] = [];
  const statuses = new Map<number, number>();
  let isRunning = true;
  let next = 0;
  const work = async () => {
    while (isRunning) {
      const refereeId = `guest-${(next += 1)}`;
      const code = `STAND-${next % STANDS}`;
      while (isRunning) {
        const status = await product.client.post('/v1/referrals', { refereeId, code }).then((answer) => answer.status, () => 0);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 201 || status === 200) {
          accepted.push(refereeId);
          break;
        }
        await sleep(50);
      }
      await sleep(10);
    }
  };
  const done = Promise.all(Array.from({ length: workers }, work));
  return { accepted, statuses, end: async () => { isRunning = false; await done; } };
}

it('loses no accepted registration when the broker stops, the database stops and the broker loses its store', async () => {
  const { folder } = product.servers;
  const guests = load(8);
  await sleep(1_000);

  await product.servers.nats.stop();
  await sleep(OUTAGE_MS);
  product.servers.nats = await startBrokerIn(folder);
  await sleep(2_000);

  await product.servers.postgres!.stop();
  await sleep(OUTAGE_MS);
  product.servers.postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
  await sleep(2_000);

  await product.servers.nats.stop();
  rmSync(join(folder, 'nats', 'store'), { recursive: true, force: true });
  product.servers.nats = await startBrokerIn(folder);
  await sleep(2_000);
  await guests.end();

  expect(guests.accepted.length).toBeGreaterThan(50);
  expect([...guests.statuses.keys()].filter((status) => ![200, 201, 503].includes(status))).toEqual([]);
  await eventually(async () => {
    const { rows } = await product.owner.query<{ referee_id: string }>('select referee_id from relationships.referral');
    const registered = new Set(rows.map((row) => row.referee_id));
    expect(guests.accepted.filter((id) => !registered.has(id))).toEqual([]);
    const [sums] = (await product.owner.query<{ paid: number; credits: number }>(
      `select count(*) filter (where status = 'paid')::int as paid, coalesce(sum(amount), 0)::int as credits from rewards.bonus`)).rows;
    expect(sums).toEqual({ paid: registered.size * 2, credits: registered.size * 30 });
    const [counts] = (await product.owner.query<{ uses: number; shown: number }>(
      `select (select sum(uses) from relationships.code_use)::int as uses, (select sum(uses_count) from codes.code)::int as shown`)).rows;
    expect(counts).toEqual({ uses: registered.size, shown: registered.size });
    const [books] = (await product.owner.query<{ available: number }>(
      `select sum(balance)::int as available from rewards.account where kind = 'available' and user_id is not null`)).rows;
    expect(books!.available).toBe(registered.size * 30);
  }, 30_000);
}, 120_000);
