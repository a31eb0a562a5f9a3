import { fillTables } from './generate/fill-tables.js';
import { generate } from './generate/generate.js';
import { OPERATIONS } from './generate/operations.js';
import { introduce, ms, report } from './harness/report.js';
import { numbers } from './harness/options.js';
import { Stage, type Product } from './harness/stage.js';

/** Every question that a page of the console asks, over HTTP, among so many referrals; the slowest median is the figure. */
const { referrals, rounds } = numbers({ referrals: 50_000, rounds: 15 });
const GOAL_MS = 300;

interface Answer {
  nextCursor?: string | null;
  data?: { id?: string; date?: string }[];
}

await Stage.with(async (stage) => {
  introduce(`the console's pages among ${referrals.toLocaleString('en')} referrals`, 'PostgreSQL, NATS and the processes of the product');
  const from = performance.now();
  const filled = (table: string): void => console.log(`  ${((performance.now() - from) / 1_000).toFixed(0).padStart(5)} s  ${table}`);
  const product = await stage.product('referrals', async (_, url) => {
    await generate(url, { referrals }, filled);
    for (const fillings of OPERATIONS) await fillTables(url, fillings, filled);
  });
  const slowest = { path: '', median: 0 };
  for (const path of await questions(product)) {
    const median = await medianOf(product, path);
    console.log(`  ${ms(median).padStart(12)}  ${path.replace(/cursor=.*/, 'cursor=…')}`);
    if (median > slowest.median) Object.assign(slowest, { path, median });
  }
  report({
    line: `console at ${referrals.toLocaleString('en')} referrals: slowest answer of any page`, product: `${ms(slowest.median)} (${slowest.path.split('?')[0]})`, limit: `${GOAL_MS} ms`,
    ratio: slowest.median / GOAL_MS, goal: { atMost: 1 },
  });
});

/** The first page of each list and one deep inside it, and what is not a list. */
async function questions(product: Product): Promise<string[]> {
  const user = '/v1/users/sharer-1';
  const lists = [
    '/v1/reviews', '/v1/reviews?status=pending', '/v1/reviews?status=pending&priority=high', '/v1/events', '/v1/audit', '/v1/dead-letters', '/v1/webhook-deliveries', '/v1/webhook-deliveries?status=failed', '/v1/webhook-deliveries?status=delivered',
    '/v1/webhook-endpoints', '/v1/codes?type=campaign', '/v1/fraud-patterns', '/v1/api-keys', '/v1/programme/versions',
    `${user}/bonuses`, `${user}/bonuses?status=held`, `${user}/ledger`, `${user}/referrals`, `${user}/codes`, `${user}/notes`,
  ];
  const deep = await Promise.all(lists.map(async (path) => {
    const join = path.includes('?') ? '&' : '?';
    let cursor: string | null = '';
    for (let pages = 0; pages < 5 && cursor !== null; pages += 1) cursor = (await ask(product, `${path}${join}limit=100${cursor && `&cursor=${cursor}`}`)).nextCursor ?? null;
    return cursor ? `${path}${join}limit=50&cursor=${cursor}` : null;
  }));
  const { data: [review] = [] } = await ask(product, '/v1/reviews?limit=1');
  const { data: [bonus] = [] } = await ask(product, `${user}/bonuses?limit=1`);
  return [
    '/v1/stats/overview', '/v1/stats/daily', '/v1/stats/daily?appId=chat', '/v1/leaderboard?period=all', '/v1/leaderboard?period=month', `/v1/reviews/${review!.id}`, `/v1/bonuses/${bonus!.id}`,
    `${user}/stats`, `${user}/balances`, `${user}/tier`, `${user}/access`, `${user}/batch-reward`, '/v1/codes?code=G000000001', '/v1/programme', '/v1/jobs',
    ...lists.map((path) => `${path}${path.includes('?') ? '&' : '?'}limit=50`), ...deep.filter((path) => path !== null),
  ];
}

async function ask({ url, adminKey }: Product, path: string): Promise<Answer> {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${adminKey}` } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}

async function medianOf(product: Product, path: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const from = performance.now();
    await ask(product, path);
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)]!;
}
