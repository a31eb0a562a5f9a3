import { introduce, perSecond, report } from './harness/report.js';
import { httpLoad, sqlLoad } from './harness/load.js';
import { bestOf, inTurns } from './harness/measure.js';
import { numbers } from './harness/options.js';
import { makeReferrers } from './harness/registrations.js';
import { Stage } from './harness/stage.js';

/** Look-ups of codes through HTTP, each from an address whose requests are counted, beside reading the code by its primary key. */
const { connections, seconds, rounds } = numbers({ connections: 128, seconds: 5, rounds: 3 });

/** An address of its own for each request: the limits are per address, and are counted for every one. */
let address = 0;
const nextAddress = (): string => {
  address += 1;
  return `100.${(address >> 16) & 127}.${(address >> 8) & 255}.${address & 255}`;
};

await Stage.with(async (stage) => {
  introduce(`validating codes over ${connections} connections, limits on`, 'client, PostgreSQL, NATS and the processes of the product');
  const product = await stage.product();
  const referrers = await makeReferrers(product.owner, 20_000);
  const any = (): (typeof referrers)[number] => referrers[Math.floor(Math.random() * referrers.length)]!;
  const readsBy = (clients: number) => async () => (await sqlLoad({
    url: product.databaseUrl, clients, seconds, text: 'select * from codes.code where id = $1', values: () => [any().codeId],
  })).perSecond;
  const medians = await inTurns(rounds, {
    'read 8': readsBy(8), 'read 16': readsBy(16), 'read 32': readsBy(32),
    http: async () => {
      const request = () => ({ path: '/v1/codes/validate', body: JSON.stringify({ code: any().code, clientIp: nextAddress() }) });
      const result = await httpLoad({ urls: [product.url], key: product.adminKey, clients: connections, seconds, request });
      if (result.refused > 0) console.log(`  ${result.refused} look-ups were refused: ${result.refusals}`);
      return result.perSecond;
    },
  });
  const best = bestOf(medians, 'read');
  report({
    line: 'validate over HTTP, limits on', product: perSecond(medians.http), limit: `${perSecond(best.value)} (primary-key read, ${best.name.slice(5)} clients)`,
    ratio: medians.http / best.value, goal: { atLeast: 0.6 },
  });
});
