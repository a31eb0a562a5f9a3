import type { Programme } from '@referrals/config';
import { introduce, perSecond, report } from './harness/report.js';
import { httpLoad } from './harness/load.js';
import { inTurns, untilNone } from './harness/measure.js';
import { numbers } from './harness/options.js';
import { makeReferrers, registrations, untilPaid } from './harness/registrations.js';
import { Stage, type Product } from './harness/stage.js';

/** Everybody signs up with one campaign code, whose uses are counted against a maximum; beside sign-ups with codes at random. */
const { clients, seconds, rounds } = numbers({ clients: 32, seconds: 5, rounds: 3 });

await Stage.with(async (stage) => {
  introduce(`one campaign code with a maximum, ${clients} clients`, 'client, PostgreSQL, NATS and the processes of the product');
  const product = await stage.product();
  const referrers = await makeReferrers(product.owner, 40_000);
  await product.owner.query(
    `insert into codes.code (id, user_id, code, lookup_key, type, max_uses, created_at)
     values (rewards.uuid_v7(), 'campaigner', 'CAMPAIGN', 'CAMPA1GN', 'campaign', 100000000, common.now())`);
  await trustCrowds(product);
  let accepted = 0;
  const load = async (codes: string[]): Promise<number> => {
    const result = await httpLoad({ urls: [product.url], key: product.adminKey, clients, seconds, request: registrations(codes) });
    if (codes.length === 1) accepted += result.accepted;
    if (result.refused > 0) console.log(`  ${result.refused} of ${codes.length} code(s) were refused: ${result.refusals}`);
    await untilPaid(product.owner);
    return result.perSecond;
  };
  const medians = await inTurns(rounds, { random: () => load(referrers.map(({ code }) => code)), hot: () => load(['CAMPAIGN']) });

  const count = async (sql: string): Promise<number> => (await product.owner.query<{ n: number }>(sql)).rows[0]!.n;
  await untilNone(async () => accepted - (await count(`select uses_count as n from codes.code where code = 'CAMPAIGN'`)), 30);
  const uses = await count(`select u.uses as n from relationships.code_use u join codes.code c on c.id = u.code_id where c.code = 'CAMPAIGN'`);
  if (uses !== accepted) throw new Error(`${accepted} registrations were answered and ${uses} counted`);
  report({
    line: `one hot campaign code, ${clients} clients`, product: perSecond(medians.hot), limit: `${perSecond(medians.random)} (random codes)`,
    ratio: medians.hot / medians.random, goal: { atLeast: 0.35 }, note: `count exact: ${accepted} answered with 201, ${uses} counted`,
  });
});

/** The shipped programme takes a code with 2,500 sign-ups a day for one that has leaked, and pauses it. */
async function trustCrowds({ url, adminKey }: Product): Promise<void> {
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
  const { version, programme } = (await (await fetch(`${url}/v1/programme`, { headers })).json()) as { version: number; programme: Programme };
  const registration = { ...programme.registration, alarm: { ...programme.registration.alarm, registered: 100_000_000 } };
  const body = JSON.stringify({ baseVersion: version, programme: { ...programme, registration } });
  const { status } = await fetch(`${url}/v1/programme`, { method: 'PUT', headers, body });
  if (status !== 200) throw new Error(`the programme was not taken: ${status}`);
}
