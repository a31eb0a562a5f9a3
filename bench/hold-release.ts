import pg from 'pg';
import { generate } from './generate/generate.js';
import { httpLoad } from './harness/load.js';
import { inTurns, secondsOf, untilNone } from './harness/measure.js';
import { numbers } from './harness/options.js';
import { makeReferrers, registrations } from './harness/registrations.js';
import { introduce, report, seconds } from './harness/report.js';
import { Stage, type Product } from './harness/stage.js';
import { countStatements, printStatements, STATEMENTS } from './harness/statements.js';
import { prepareRelease, releaseAll } from './limits/release.js';
import { difference, ProcessorTime } from './processor-time.js';

/** Holds whose time has come all at once, released by the product's job beside the shortest SQL in batches, while people go on to sign up. */
const { holds, rounds, clients, batch, statements } = numbers({ holds: 10_000, rounds: 2, clients: 4, batch: 10_000, statements: 0 });
/** released before any are timed */
const warmUp = Math.min(20_000, holds);

await Stage.with(async (stage) => {
  introduce(`the release of ${holds.toLocaleString('en')} holds while ${clients} clients register`, 'those clients, PostgreSQL, NATS and the processes of the product');
  const fill = (owner: pg.Pool, url: string) => fillWithHolds(owner, url, holds * rounds + warmUp);
  const product = await stage.product('referrals', fill);
  const limit = await stage.database('limit_release');
  await fill(limit.owner, limit.url);
  await prepareRelease(limit.owner);
  const referrers = await makeReferrers(product.owner, 20_000);
  const request = registrations(referrers.map(({ code }) => code));

  let [rate, turns] = [0, 0];
  const whileRegistering = async (work: () => Promise<unknown>): Promise<number> => {
    let isOver = false;
    const load = httpLoad({ urls: [product.url], key: product.adminKey, clients, seconds: 3_600, request, until: () => isOver });
    const elapsed = await secondsOf(work);
    isOver = true;
    [rate, turns] = [rate + (await load).perSecond, turns + 1];
    return elapsed;
  };
  const medians = await inTurns(rounds, {
    sql: async () => {
      await becomeDue(limit.owner, turns < 2 ? warmUp : holds);
      return whileRegistering(() => releaseAll(limit.owner, batch));
    },
    product: async () => {
      await becomeDue(product.owner, turns < 2 ? warmUp : holds);
      return whileRegistering(() => profiled(stage, product, () => runJob(product)));
    },
  });
  report({
    line: `release ${holds.toLocaleString('en')} holds`, product: seconds(medians.product), limit: `${seconds(medians.sql)} (bare SQL, batches of ${batch})`,
    ratio: medians.product / medians.sql, goal: { atMost: 1.5 }, note: `${(rate / turns).toFixed(0)} registrations per second went on meanwhile`,
  });
}, statements > 0 ? STATEMENTS : {});

/** With `--statements <n>`: the n statements that took longest, and the processor time of each process for a hold. */
async function profiled(stage: Stage, product: Product, work: () => Promise<void>): Promise<void> {
  if (statements === 0) return work();
  const clock = new ProcessorTime(new Map([...product.processes].map(([name, child]) => [`node: ${name}`, child.pid!] as [string, number]).concat([['nats', product.natsPid]])), stage.postgres.pid);
  const watch = setInterval(() => clock.look(), 250);
  const before = clock.read();
  await countStatements(product.owner);
  await work();
  const used = [...difference(before, clock.read())].sort(([, a], [, b]) => b - a);
  clearInterval(watch);
  for (const [name, us] of used) console.log(`${(us / holds).toFixed(1).padStart(10)} µs a hold  ${name}`);
  await printStatements(product.owner, statements);
}

/** All of them wait; for none time alone is enough yet, so that no job finds them before its turn. */
async function fillWithHolds(owner: pg.Pool, url: string, count: number): Promise<void> {
  await generate(url, { referrals: count, holds: true, events: false });
  await owner.query(`update rewards.bonus set hold_until = null where status = 'held'`);
  await owner.query('vacuum analyze rewards.bonus');
}

async function becomeDue(owner: pg.Pool, count: number): Promise<void> {
  await owner.query(
    `update rewards.bonus set hold_until = created_at + interval '48 hours' where id = any(array(select id from rewards.bonus where status = 'held' order by id limit $1))`, [count]);
}

/** By hand, as an operator would; the timetable's own run may help, and the end is when nothing is due. Who looks asks for the run alone: counting what is left would take a core. */
async function runJob({ url, adminKey, owner }: Product): Promise<void> {
  const runs = `${url}/v1/jobs/hold-release/runs`;
  const answerOf = async (path: string, method: string): Promise<{ id: string; status: string }> => {
    const response = await fetch(path, { method, headers: { authorization: `Bearer ${adminKey}` } });
    if (!response.ok) throw new Error(`the job answered with ${response.status}: ${await response.text()}`);
    return (await response.json()) as { id: string; status: string };
  };
  const { id } = await answerOf(runs, 'POST');
  await untilNone(async () => Number((await answerOf(`${runs}/${id}`, 'GET')).status === 'running'), 3_600);
  await untilNone(async () => Number((await owner.query<{ n: string }>('select count(*) as n from rewards.bonus where hold_until is not null')).rows[0]!.n), 3_600);
}
