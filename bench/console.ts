import { ProblemError, ReferralsClient } from '@referrals/client';
import { SignJWT } from 'jose';
import { FAMOUS, questions, type Question } from './console-pages/questions.js';
import { fillTables } from './generate/fill-tables.js';
import { generate } from './generate/generate.js';
import { HELD_NOW, OPERATIONS } from './generate/operations.js';
import { quantile, untilNone } from './harness/measure.js';
import { numbers } from './harness/options.js';
import { introduce, ms, report } from './harness/report.js';
import { HOST_SECRET, Stage } from './harness/stage.js';

/**
 * Every question that a page of the console or the portal asks, over HTTP, among so many referrals; the slowest 95th percentile is the figure. It begins when
 * the jobs of the day, which all run at once in a database that was never looked at, are through.
 */
const { referrals, rounds, events } = numbers({ referrals: 50_000, rounds: 20, events: 1 });
const GOAL_MS = 300;
/** What has not succeeded yet of the jobs that read everything. */
const FIRST_JOBS = `select from (values ('reconcile'), ('daily-stats'), ('ring-detection'), ('rescore'), ('clean-up')) as j (job)
  where not exists (select from scheduler.job_run r where r.job = j.job and r.status = 'succeeded')`;

await Stage.with(async (stage) => {
  introduce(`the pages of the console and the portal among ${referrals.toLocaleString('en')} referrals`, 'PostgreSQL, NATS and the processes of the product');
  const from = performance.now();
  const filled = (table: string): void => console.log(`  ${((performance.now() - from) / 1_000).toFixed(0).padStart(5)} s  ${table}`);
  const product = await stage.product('referrals', async (owner, url) => {
    await generate(url, { referrals, events: events === 1 }, filled);
    for (const fillings of OPERATIONS) await fillTables(url, fillings, filled);
    await owner.query(HELD_NOW);
  });
  const operator = new ReferralsClient({ url: product.url, key: product.adminKey, retries: 0 });
  const referrer = new ReferralsClient({ url: product.url, key: await tokenOf(FAMOUS), retries: 0 });
  const { rows: [clock] } = await product.owner.query<{ now: Date }>('select common.now() as now');
  await untilNone(async () => (await product.owner.query(FIRST_JOBS)).rows.length, 1_800);
  filled('the first day’s jobs');
  const slowest = { name: '', p95: 0 };
  console.log(`\n  ${'p50'.padStart(12)}  ${'p95'.padStart(12)}`);
  for (const question of await questions(product.owner, clock!.now)) {
    const { p50, p95 } = await measure(question.contract.http?.scope === 'user' ? referrer : operator, question);
    console.log(`  ${ms(p50).padStart(12)}  ${ms(p95).padStart(12)}  ${nameOf(question)}`);
    if (p95 > slowest.p95) Object.assign(slowest, { name: nameOf(question), p95 });
  }
  report({
    line: `console at ${referrals.toLocaleString('en')} referrals: slowest answer of any page, p95`, product: `${ms(slowest.p95)} (${slowest.name})`, limit: `${GOAL_MS} ms`,
    ratio: slowest.p95 / GOAL_MS, goal: { atMost: 1 },
  });
});

/** A token as the host's own app would hand it to a signed-in user. */
function tokenOf(userId: string): Promise<string> {
  return new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject(userId).setExpirationTime('1h').sign(new TextEncoder().encode(HOST_SECRET));
}

function nameOf({ contract: { http }, input: { cursor, limit: _, ...input } }: Question): string {
  const asked = Object.entries(input).map(([name, value]) => `${name}=${String(value)}`).join(' ');
  return [http!.path, asked, cursor === undefined ? '' : 'from its middle'].filter((part) => part !== '').join('  ');
}

/** The first answers come by plans made for themselves, those after the fifth by plans for any: both count, and so does an answer that the gateway gave up waiting for. */
async function measure(client: ReferralsClient, { contract, input }: Question): Promise<{ p50: number; p95: number }> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const from = performance.now();
    await client.call(contract, input).catch(unlessLate);
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95) };
}

function unlessLate(error: unknown): void {
  if (!(error instanceof ProblemError) || error.status !== 503) throw error;
}
