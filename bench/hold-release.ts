import pg from 'pg';
import { generate } from './generate/generate.js';
import { httpLoad } from './harness/load.js';
import { inTurns, secondsOf, untilNone } from './harness/measure.js';
import { numbers } from './harness/options.js';
import { makeReferrers, registrations } from './harness/registrations.js';
import { introduce, report, seconds } from './harness/report.js';
import { Stage, type Product } from './harness/stage.js';
import { prepareRelease, releaseAll } from './limits/release.js';

/** Holds whose time has come all at once, released by the product's job beside the shortest SQL in batches, while people go on to sign up. */
const { holds, rounds, clients, batch } = numbers({ holds: 10_000, rounds: 2, clients: 4, batch: 10_000 });
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
      return whileRegistering(() => runJob(product));
    },
  });
  report({
    line: `release ${holds.toLocaleString('en')} holds`, product: seconds(medians.product), limit: `${seconds(medians.sql)} (bare SQL, batches of ${batch})`,
    ratio: medians.product / medians.sql, goal: { atMost: 1.5 }, note: `${(rate / turns).toFixed(0)} registrations per second went on meanwhile`,
  });
});

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

/** By hand, as an operator would; the timetable's own run may help, and the end is when nothing is due. */
async function runJob({ url, adminKey, owner }: Product): Promise<void> {
  const headers = { authorization: `Bearer ${adminKey}` };
  const response = await fetch(`${url}/v1/jobs/hold-release/runs`, { method: 'POST', headers });
  if (!response.ok) throw new Error(`the job answered with ${response.status}: ${await response.text()}`);
  await untilNone(async () => Number((await owner.query<{ n: string }>('select count(*) as n from rewards.bonus where hold_until is not null')).rows[0]!.n), 3_600);
}
