import type pg from 'pg';
import { generate } from './generate/generate.js';
import { httpLoad } from './harness/load.js';
import { inTurns, untilNone } from './harness/measure.js';
import type { Request } from './harness/http.js';
import { numbers } from './harness/options.js';
import { registrations, untilStill } from './harness/registrations.js';
import { introduce, perSecond, report } from './harness/report.js';
import { Stage, type Product } from './harness/stage.js';

/** The same product on some referrals and on ten times as many, in turns on the same servers: what gets slower as it grows. */
const { referrals, factor, seconds, rounds, clients, events } = numbers({ referrals: 20_000, factor: 10, seconds: 5, rounds: 3, clients: 64, events: 1 });

const fill = (url: string, count: number): Promise<void> => generate(url, { referrals: count, events: events === 1 });

const codesOf = (sharers: number): string[] => Array.from({ length: Math.min(sharers, 50_000) }, () => `G${String(1 + Math.floor(Math.random() * sharers)).padStart(9, '0')}`);

/** Only what is younger than the generated rows is looked at: ids are time-ordered, and those end days ago. */
const UNBOOKED = `with edge as (select (lpad(to_hex((extract(epoch from clock_timestamp() - interval '10 days') * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid as id)
  select (select count(*) from relationships.referral where id > (select id from edge)) * 2
    - (select count(*) from rewards.bonus where id > (select id from edge) and status <> 'pending') as n`;

const untilBooked = (owner: pg.Pool): Promise<number> => untilNone(async () => Number((await owner.query<{ n: string }>(UNBOOKED)).rows[0]!.n));

await Stage.with(async (stage) => {
  const text = (count: number): string => `${count.toLocaleString('en')} referrals`;
  introduce(`${text(referrals)} and ${text(referrals * factor)}`, 'client, PostgreSQL, two NATS servers and the processes of two products');
  const small = await stage.product('small', (_, url) => fill(url, referrals));
  const large = await stage.product('large', (_, url) => fill(url, referrals * factor));
  for (const [name, { owner }] of Object.entries({ small, large })) console.log(`  ${name}: ${await bytesPerReferral(owner)}`);

  const wal: Record<string, number[]> = { small: [], large: [] };
  const register = async (name: 'small' | 'large', product: Product, sharers: number): Promise<number> => {
    await product.owner.query('checkpoint'); // so that both begin alike: a page's first change after it is written whole
    const before = await position(product.owner);
    const { perSecond: rate, accepted, refused, refusals } = await httpLoad({ urls: [product.url], key: product.adminKey, clients, seconds, request: registrations(codesOf(sharers)) });
    if (refused > 0) console.log(`  ${name}: ${refused} refused beside ${accepted}: ${refusals}`);
    await untilBooked(product.owner);
    wal[name]!.push(((await position(product.owner)) - before) / accepted);
    await untilStill(product.owner); // what is left behind would take the processor from the other
    return rate;
  };
  const read = async (product: Product, count: number): Promise<number> =>
    (await httpLoad({ urls: [product.url], key: product.adminKey, clients, seconds, request: () => anyRead(count) })).perSecond;
  const walOf = (name: 'small' | 'large') => async () => wal[name]!.at(-1)!;
  const [few, many] = [referrals, referrals * factor];
  const medians = await inTurns(rounds, {
    smallRegister: () => register('small', small, few / 10), largeRegister: () => register('large', large, many / 10),
    smallWal: walOf('small'), largeWal: walOf('large'),
    smallRead: () => read(small, few), largeRead: () => read(large, many),
  });
  const at = text(referrals);
  report({
    line: `${factor} × data: registration`, product: `${perSecond(medians.largeRegister)}`, limit: `${perSecond(medians.smallRegister)} (${at})`,
    ratio: medians.largeRegister / medians.smallRegister, goal: { atLeast: 0.8 },
  });
  report({
    line: `${factor} × data: reads`, product: perSecond(medians.largeRead), limit: `${perSecond(medians.smallRead)} (${at})`, ratio: medians.largeRead / medians.smallRead, goal: { atLeast: 0.9 },
  });
  report({
    line: `${factor} × data: WAL per registration`, product: `${(medians.largeWal / 1_024).toFixed(1)} kB`, limit: `${(medians.smallWal / 1_024).toFixed(1)} kB (${at})`,
    ratio: medians.largeWal / medians.smallWal, goal: { atMost: 1.5 }, note: 'from a checkpoint to the paid bonuses',
  });
});

/** What hosts ask most: a referee's referral, a balance, a referrer's list. */
function anyRead(count: number): Request {
  const n = 1 + Math.floor(Math.random() * count);
  const sharer = 1 + Math.floor(Math.random() * (count / 10));
  const paths = [`/v1/users/referee-${n}/referral`, `/v1/users/referee-${n}/balances`, `/v1/users/sharer-${sharer}/referrals`];
  return { method: 'GET', path: paths[n % paths.length]! };
}

async function position(owner: pg.Pool): Promise<number> {
  return Number((await owner.query<{ at: string }>(`select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as at`)).rows[0]!.at);
}

async function bytesPerReferral(owner: pg.Pool): Promise<string> {
  const { rows } = await owner.query<{ bytes: string; n: string; size: string }>(
    `select pg_database_size(current_database()) as bytes, (select count(*) from relationships.referral) as n, pg_size_pretty(pg_database_size(current_database())) as size`);
  return `${rows[0]!.size}, ${(Number(rows[0]!.bytes) / Number(rows[0]!.n)).toFixed(0)} bytes per referral with all that belongs to it`;
}
