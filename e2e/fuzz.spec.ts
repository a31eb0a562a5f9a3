import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiDocument } from './fuzz/document.js';
import { fuzz, type Found } from './fuzz/run.js';
import { startProduct, type Product } from './harness/product.js';

/** `npm run fuzz -- --requests 20000 --seed 7`; some are part of every test run */
const requests = Number(process.env['FUZZ_REQUESTS'] ?? 600);
const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_101);

let product: Product;
let api: ApiDocument;
beforeAll(async () => {
  product = await startProduct({
    shape: 'one process', testClock: false, variables: { STRIPE_WEBHOOK_SECRET: 'whsec_of_the_fuzz', HOST_JWT_SECRET: 'a secret of the host with 32 characters', RATE_LIMIT_CLIENT: '0' },
  });
  api = new ApiDocument((await product.client.get('/openapi.json')).body);
}, 60_000);
afterAll(() => product.stop(), 60_000);

const report = ({ requests: sent, statuses }: Found): string =>
  `${sent} requests, seed ${seed}: ${[...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status} × ${count}`).join(', ')}`;

/** How many rows each table has, and what last touched them; the timetable's own rows change by themselves. */
async function written(): Promise<Record<string, string>> {
  const { rows: tables } = await product.owner.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema', 'scheduler') order by 1`);
  const entries: [string, string][] = [];
  for (const { name } of tables) {
    const { rows } = await product.owner.query<{ state: string }>(`select count(*) || ' rows, ' || coalesce(sum(hashtext(t.xmin::text || t.ctid::text)), 0) as state from ${name} t`);
    entries.push([name, rows[0]!.state]);
  }
  return Object.fromEntries(entries);
}

/** Until what earlier requests set off has come to rest: nothing is on its way between rooms. */
async function atRest(): Promise<Record<string, string>> {
  let [before, after] = [await written(), await written()];
  for (let calm = 0; calm < 4; calm = JSON.stringify(before) === JSON.stringify(after) ? calm + 1 : 0) {
    before = after;
    await new Promise((resolve) => setTimeout(resolve, 500));
    after = await written();
  }
  return after;
}

describe('generated requests to every route', () => {
  it('are answered as the document says and never with a fault', async () => {
    const found = await fuzz({ url: product.client.url, adminKey: product.adminKey, api, requests, seed });
    console.log(report(found));
    expect(found.violations).toEqual([]);
    expect(found.requests).toBe(requests);
    expect([...found.statuses.keys()]).toEqual(expect.arrayContaining([200, 201, 401, 404, 422]));
  }, 30 * 60_000);

  it('write nothing when they are refused', async () => {
    const before = await atRest();
    const found = await fuzz({ url: product.client.url, adminKey: product.adminKey, api, requests: Math.ceil(requests / 4), seed, refusedOnly: true });
    console.log(`refused: ${report(found)}`);
    expect(found.violations).toEqual([]);
    expect(await atRest()).toEqual(before);
  }, 30 * 60_000);
});
