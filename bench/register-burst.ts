import { introduce, perSecond, report, seconds as shown } from './harness/report.js';
import { httpLoad, sqlLoad, type LoadResult } from './harness/load.js';
import { bestOf, inTurns } from './harness/measure.js';
import { numbers } from './harness/options.js';
import { makeReferrers, registrations, untilPaid } from './harness/registrations.js';
import { Stage } from './harness/stage.js';
import { prepareSync, syncCalls } from './limits/sync.js';

/** Registrations through HTTP in a burst, beside L_sync; then the time until the last bonus of the burst is paid. */
const { connections, seconds, rounds, referrers: count } = numbers({ connections: 128, seconds: 30, rounds: 2, referrers: 60_000 });
const LIMIT_SECONDS = 5;

await Stage.with(async (stage) => {
  introduce(`registrations over ${connections} connections, ${rounds} bursts of ${seconds} s`, 'client, PostgreSQL, NATS and the processes of the product');
  const product = await stage.product();
  const limit = await stage.database('limit_sync');
  const referrers = await makeReferrers(product.owner, count);
  await prepareSync(limit.owner);
  const next = registrations(referrers.map(({ code }) => code));
  const drains: number[] = [];

  const burst = async (): Promise<number> => {
    const result = await httpLoad({ urls: [product.url], key: product.adminKey, clients: connections, seconds, request: next });
    const drained = await untilPaid(product.owner);
    drains.push(drained);
    console.log(`  burst: ${describe(result)}; the last bonus paid ${shown(drained)} later`);
    return result.perSecond;
  };
  const callsBy = (clients: number) => async () =>
    (await sqlLoad({ url: limit.url, clients, seconds: LIMIT_SECONDS, ...syncCalls(referrers) })).perSecond;
  const medians = await inTurns(rounds, { 'L_sync 8': callsBy(8), 'L_sync 16': callsBy(16), 'L_sync 32': callsBy(32), burst });
  const best = bestOf(medians, 'L_sync');
  report({
    line: `register, full stack, ${connections} connections, burst of ${seconds} s`, product: perSecond(medians.burst), limit: `${perSecond(best.value)} (${best.name} clients)`,
    ratio: medians.burst / best.value, goal: { atLeast: 1 }, note: `the backlog drained ${drains.slice(1).map(shown).join(', ')} after the bursts`,
  });
});

function describe({ perSecond: rate, p50Ms, p99Ms, accepted, refused, refusals }: LoadResult): string {
  return `${rate.toFixed(0)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, ${accepted} accepted, ${refused} refused ${refusals}`;
}
