import { httpLoad, type HttpLoad } from './harness/load.js';
import { median } from './harness/measure.js';
import { numbers } from './harness/options.js';
import { freshUser, makeReferrers, registrations, untilQuiet } from './harness/registrations.js';
import { introduce, perSecond, report } from './harness/report.js';
import { Stage, type Product } from './harness/stage.js';
import { difference, ProcessorTime, type Reading } from './processor-time.js';

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
  const results: Results = new Map(Object.keys(operations).map((name) => [name, { one: [], two: [] }]));
  const shares = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round += 1) {
    const alone = new Map([['nats', product.natsPid], ...[...product.processes].map(([name, child]) => [`${name} 1`, child.pid!] as const)]);
    const one = await measure(product, [product.url], new ProcessorTime(alone, stage.postgres.pid), operations);
    const second = await product.another();
    const both = new Map([...alone, ...[...second.processes].map(([name, child]) => [`${name} 2`, child.pid!] as const)]);
    const clock = new ProcessorTime(both, stage.postgres.pid);
    await measure(product, [second.url], clock, operations); // young processes are slow, as the first ones were in the round that does not count
    const before = clock.read();
    const two = await measure(product, [product.url, second.url], clock, operations);
    const after = clock.read();
    await second.stop();
    if (round === 0) continue;
    for (const [name, list] of results) {
      list.one.push(one.get(name)!);
      list.two.push(two.get(name)!);
    }
    for (const name of product.processes.keys()) {
      const [first, other] = [`${name} 1`, `${name} 2`].map((each) => after.get(each)! - before.get(each)!) as [number, number];
      shares.set(name, [...(shares.get(name) ?? []), Math.min(first, other) / (first + other)]);
    }
  }
  for (const [name, { one, two }] of results) {
    const [ofOne, ofTwo] = [one, two].map((list) => median(list.map((measured) => measured.perSecond))) as [number, number];
    report({ line: `two instances of each room: ${name}`, product: perSecond(ofTwo), limit: `${perSecond(ofOne)} (one instance)`, ratio: ofTwo / ofOne, goal: { atLeast: 0.95 } });
  }
  console.log('\n  the smaller share of processor time, by room (half is even)');
  for (const [name, list] of shares) console.log(`    ${name.padEnd(16)} ${(median(list) * 100).toFixed(0)} %`);
  printTimes(results);
});

interface Measured {
  perSecond: number;
  /** µs of processor time a request, until the last answer, both instances together */
  time: Reading;
}

/** By operation, round by round. */
type Results = Map<string, { one: Measured[]; two: Measured[] }>;

async function measure(product: Product, urls: string[], clock: ProcessorTime, operations: Record<string, Operation>): Promise<Map<string, Measured>> {
  const measured = new Map<string, Measured>();
  for (const [name, { request }] of Object.entries(operations)) {
    const before = clock.read();
    const { perSecond, accepted, refused, refusals } = await httpLoad({ urls, key: product.adminKey, clients, seconds, request });
    const time: Reading = new Map();
    for (const [process, us] of difference(before, clock.read())) {
      const part = process.replace(/ [12]$/, '');
      time.set(part, (time.get(part) ?? 0) + us / accepted);
    }
    if (refused > 0) console.log(`  ${name}: ${refused} refused, ${refusals}`);
    measured.set(name, { perSecond, time });
    await untilQuiet(product.owner);
  }
  return measured;
}

function printTimes(results: Results): void {
  console.log('\n  µs of processor time a request until its answer in the last round, one instance · two');
  for (const [name, list] of results) {
    const [one, two] = [list.one.at(-1)!.time, list.two.at(-1)!.time];
    const parts = [...one].sort(([, a], [, b]) => b - a).filter(([part, us]) => Math.max(us, two.get(part) ?? 0) >= 5);
    const sum = (reading: Reading): string => [...reading.values()].reduce((total, us) => total + us, 0).toFixed(0);
    console.log(`    ${name}: ${sum(one)} · ${sum(two)}: ${parts.map(([part, us]) => `${part} ${us.toFixed(0)} · ${(two.get(part) ?? 0).toFixed(0)}`).join(', ')}`);
  }
}

/** Of users who were not referred. */
function payment() {
  const id = freshUser();
  return { path: '/v1/payments', body: JSON.stringify({ id, userId: id, kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled' }) };
}
