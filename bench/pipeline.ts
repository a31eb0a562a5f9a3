import { introduce, perSecond, report } from './harness/report.js';
import { httpLoad, sqlLoad } from './harness/load.js';
import { bestOf, inTurns, sleep } from './harness/measure.js';
import { numbers } from './harness/options.js';
import { LOOK_MS, makeReferrers, registrations, unpaid, untilPaid } from './harness/registrations.js';
import { Stage, type Product } from './harness/stage.js';
import { allCalls, prepareAll } from './limits/all.js';
import { prepareSync } from './limits/sync.js';

/**
 * Registrations for as long as one likes: whoever sends them waits while more than `backlog` bonuses are still to be paid, so that what is measured is the
 * rate of paid registrations and not of promised ones. Beside L_all.
 */
const { connections, seconds, rounds, backlog } = numbers({ connections: 64, seconds: 15, rounds: 2, backlog: 4_000 });

await Stage.with(async (stage) => {
  introduce(`the pipeline from registrations to paid bonuses, ${rounds} rounds of ${seconds} s`, 'client, PostgreSQL, NATS and the processes of the product');
  const product = await stage.product();
  const limit = await stage.database('limit_all');
  const referrers = await makeReferrers(product.owner, 60_000);
  const theirs = await makeReferrers(limit.owner, 60_000);
  await prepareSync(limit.owner);
  await prepareAll(limit.owner);
  const callsBy = (clients: number) => async () => (await sqlLoad({ url: limit.url, clients, seconds: 5, ...allCalls(theirs) })).perSecond;
  let most = 0;
  const pipeline = async (): Promise<number> => {
    const { rate, peak } = await sustained(product, registrations(referrers.map(({ code }) => code)));
    most = Math.max(most, peak);
    return rate;
  };
  const medians = await inTurns(rounds, { 'L_all 8': callsBy(8), 'L_all 16': callsBy(16), 'L_all 32': callsBy(32), pipeline });
  const best = bestOf(medians, 'L_all');
  report({
    line: 'pipeline to paid bonuses, sustained', product: perSecond(medians.pipeline), limit: `${perSecond(best.value)} (${best.name} clients)`,
    ratio: medians.pipeline / best.value, goal: { atLeast: 0.5 }, note: `at most ${most} bonuses waited at once`,
  });
});

/** From the first request to the last bonus, so that nothing is counted that was not paid. */
async function sustained(product: Product, request: ReturnType<typeof registrations>): Promise<{ rate: number; peak: number }> {
  let [waiting, peak, isOver] = [0, 0, false];
  const watch = (async () => {
    while (!isOver) {
      waiting = await unpaid(product.owner);
      peak = Math.max(peak, waiting);
      await sleep(LOOK_MS);
    }
  })();
  const gate = async (): Promise<void> => {
    while (waiting > backlog && !isOver) await sleep(20);
  };
  const from = performance.now();
  const timer = setTimeout(() => (isOver = true), seconds * 1_000);
  const { accepted } = await httpLoad({ urls: [product.url], key: product.adminKey, clients: connections, seconds, request, gate });
  isOver = true;
  clearTimeout(timer);
  await watch;
  await untilPaid(product.owner);
  const elapsed = (performance.now() - from) / 1_000;
  console.log(`  pipeline: ${accepted} registrations paid in ${elapsed.toFixed(1)} s, at most ${peak} bonuses waiting`);
  return { rate: accepted / elapsed, peak };
}
