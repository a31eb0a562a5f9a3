import { httpLoad, type HttpLoad } from './harness/load.js';
import { median } from './harness/measure.js';
import { numbers } from './harness/options.js';
import { freshUser, makeReferrers, registrations, untilQuiet } from './harness/registrations.js';
import { introduce, perSecond, report } from './harness/report.js';
import { Stage, type Product } from './harness/stage.js';
import { ProcessorTime } from './processor-time.js';

/** Everything twice on the same cores: no operation may be slower than with one instance of each room, and both get the same share of the work. */
const { clients, seconds, rounds } = numbers({ clients: 64, seconds: 5, rounds: 3 });

type Operation = Pick<HttpLoad, 'request'>;

await Stage.with(async (stage) => {
  introduce(`one and two instances of each room, ${clients} clients`, 'client, PostgreSQL, NATS and eight or sixteen processes');
  const product = await stage.product();
  const referrers = await makeReferrers(product.owner, 40_000);
  const codes = referrers.map(({ code }) => code);
  const operations: Record<string, Operation> = {
    register: { request: registrations(codes) },
    validate: { request: () => ({ path: '/v1/codes/validate', body: JSON.stringify({ code: codes[Math.floor(Math.random() * codes.length)] }) }) },
    pay: { request: payment },
    'read balances': { request: () => ({ method: 'GET', path: `/v1/users/${referrers[Math.floor(Math.random() * 1_000)]!.userId}/balances` }) },
  };
  const rates = new Map<string, { one: number[]; two: number[] }>(Object.keys(operations).map((name) => [name, { one: [], two: [] }]));
  const shares = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round += 1) {
    const one = await measure(product, [product.url], operations);
    const second = await product.another();
    const both = new Map([...product.processes].flatMap(([name, child]) => [[`${name} 1`, child.pid!], [`${name} 2`, second.processes.get(name)!.pid!]] as [string, number][]));
    const clock = new ProcessorTime(both, stage.postgres.pid);
    const before = clock.read();
    const two = await measure(product, [product.url, second.url], operations);
    const after = clock.read();
    await second.stop();
    if (round === 0) continue;
    for (const [name, list] of rates) {
      list.one.push(one.get(name)!);
      list.two.push(two.get(name)!);
    }
    for (const name of product.processes.keys()) {
      const [first, other] = [`${name} 1`, `${name} 2`].map((each) => after.get(each)! - before.get(each)!) as [number, number];
      shares.set(name, [...(shares.get(name) ?? []), Math.min(first, other) / (first + other)]);
    }
  }
  for (const [name, { one, two }] of rates) {
    report({
      line: `two instances of each room: ${name}`, product: perSecond(median(two)), limit: `${perSecond(median(one))} (one instance)`, ratio: median(two) / median(one), goal: { atLeast: 0.95 },
    });
  }
  console.log('\n  the smaller share of processor time, by room (half is even)');
  for (const [name, list] of shares) console.log(`    ${name.padEnd(16)} ${(median(list) * 100).toFixed(0)} %`);
});

async function measure(product: Product, urls: string[], operations: Record<string, Operation>): Promise<Map<string, number>> {
  const rates = new Map<string, number>();
  for (const [name, { request }] of Object.entries(operations)) {
    const { perSecond: rate, refused, refusals } = await httpLoad({ urls, key: product.adminKey, clients, seconds, request });
    if (refused > 0) console.log(`  ${name}: ${refused} refused, ${refusals}`);
    rates.set(name, rate);
    await untilQuiet(product.owner);
  }
  return rates;
}

/** Of users who were not referred. */
function payment() {
  const id = freshUser();
  return { path: '/v1/payments', body: JSON.stringify({ id, userId: id, kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled' }) };
}
