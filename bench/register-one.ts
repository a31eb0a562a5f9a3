import { introduce, ms, report } from './harness/report.js';
import { httpLoad, sqlLoad } from './harness/load.js';
import { inTurns } from './harness/measure.js';
import { numbers } from './harness/options.js';
import { makeReferrers, registrations, untilPaid } from './harness/registrations.js';
import { Stage } from './harness/stage.js';
import { prepareSync, syncCalls } from './limits/sync.js';

/** One registration at a time over one connection, beside the same through one SQL call over one connection. */
const { seconds, rounds, warm } = numbers({ seconds: 4, rounds: 3, warm: 30 });

await Stage.with(async (stage) => {
  introduce('registrations one after the other over one connection', 'client, PostgreSQL, NATS and the processes of the product');
  const product = await stage.product();
  const limit = await stage.database('limit_sync');
  const referrers = await makeReferrers(product.owner, 20_000);
  await prepareSync(limit.owner);
  const next = registrations(referrers.map(({ code }) => code));
  // a young process runs most of its code uncompiled: what is measured is one that has been at work for a while
  await httpLoad({ urls: [product.url], key: product.adminKey, clients: 4, seconds: warm, request: next });
  await untilPaid(product.owner);
  const medians = await inTurns(rounds, {
    call: async () => (await sqlLoad({ url: limit.url, clients: 1, seconds, ...syncCalls(referrers) })).p50Ms,
    http: async () => {
      const { p50Ms } = await httpLoad({ urls: [product.url], key: product.adminKey, clients: 1, seconds, request: next });
      await untilPaid(product.owner);
      return p50Ms;
    },
  });
  report({
    line: 'register, 1 connection, p50', product: ms(medians.http), limit: `${ms(medians.call)} (one SQL call)`, ratio: medians.http / medians.call, goal: { atMost: 4 },
  });
});
