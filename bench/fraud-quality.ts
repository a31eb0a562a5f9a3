import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readEnv, Secrets } from '@referrals/config';
import { fraud, type Contract, type Input, type Reply } from '@referrals/contracts';
import { applyEvents, openLog, Room, Sealer, subscriptionsOf, type Answer } from '@referrals/messaging';
import { createDatabase, Database, roomUrl } from '@referrals/persistence';
import { startPostgres } from '@referrals/servers';
import { fraudRoom } from '@rooms/fraud';
import { migrateAll } from '@migrations/main';
import { KINDS, populationOf } from './fraud/population.js';
import { reportOf, share } from './fraud/report.js';
import { toldOf } from './fraud/told.js';
import { numbers } from './harness/options.js';

/**
 * How well sign-ups are judged: a population that a seed makes goes through the fraud room as it is, on a database of its own, and what
 * each referral scores in the end is compared with what it is.
 */
const { referrals, seed } = numbers({ referrals: 10_000, seed: 7 });
const GROUP = 250;

const folder = mkdtempSync(join(tmpdir(), 'referrals-fraud-'));
const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
try {
  const url = await createDatabase(postgres.url, 'referrals');
  const secrets = new Secrets(folder);
  await migrateAll(url, secrets);
  const owner = new pg.Pool({ connectionString: url, max: 1 });
  const db = await Database.open({ room: 'fraud', url: roomUrl(url, 'fraud', secrets.get('database-fraud')) });
  try {
    await judge(db, owner, secrets);
  } finally {
    await db.close();
    await owner.end();
  }
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function judge(db: Database, owner: pg.Pool, secrets: Secrets): Promise<void> {
  const log = openLog('fraud', { level: 'error', file: join(folder, 'log') });
  const controller = new fraudRoom.controller(new Room('fraud', db, null as never, log, readEnv({ DATA_DIR: folder }), secrets));
  const ask = async <C extends Contract>(contract: C, input: object): Promise<Reply<C>> => {
    const verb = Reflect.get(controller, contract.subject.split('.')[1]!) as (input: Input<C>, meta: object) => Promise<Answer<Reply<C>> | { failure: Error }>;
    const answer = await verb.call(controller, contract.request.parse(input) as Input<C>, { actor: 'bench' });
    if ('failure' in answer) throw answer.failure;
    return answer.value;
  };
  const population = populationOf(referrals, seed);
  const { events, signUps } = toldOf(population, new Sealer(await ask(fraud.getSealingKey, {})));
  await ask(fraud.createSharedNetwork, { network: population.sharedNetwork });
  const subscriptions = subscriptionsOf(controller);
  const begin = performance.now();
  for (let at = 0; at < events.length; at += GROUP) {
    await db.transaction((tx) => applyEvents(tx, subscriptions, events.slice(at, at + GROUP)));
    if (at === 0) await owner.query('analyze');
  }
  const seconds = (performance.now() - begin) / 1_000;
  const { rows } = await owner.query<{ id: string; score: number }>('select referral_id as id, score from fraud.assessment');
  const judged = rows.map(({ id, score }) => ({ kind: signUps.get(id)!.kind, score }));
  console.log(`${judged.length} sign-ups, seed ${seed}: ${events.length} events in ${seconds.toFixed(1)} s (${(events.length / seconds).toFixed(0)} a second)\n\n${reportOf(judged)}\n`);
  for (let after: number | null | undefined; after !== null;) after = (await ask(fraud.findRings, after === undefined ? {} : { after })).next;
  console.log(await ringsText(owner, new Map([...signUps.values()].map(({ refereeId, kind }) => [refereeId, KINDS[kind].isFraud]))));
}

/** Who shares a device with at least two others, directly or over others. */
async function ringsText(owner: pg.Pool, isFraud: Map<string, boolean>): Promise<string> {
  const { rows } = await owner.query<{ user: string }>(
    'select m.user_id as user from fraud.ring r join fraud.ring_member m on m.ring_id = r.id where r.size >= 3 and r.devices >= 1');
  const referees = rows.map(({ user }) => isFraud.get(user)).filter((known) => known !== undefined);
  const found = referees.filter(Boolean).length;
  const { rows: [count] } = await owner.query<{ rings: number }>('select count(*)::int as rings from fraud.ring where size >= 3 and devices >= 1');
  return `${count!.rings} rings of three and more with a shared device hold ${referees.length} referees: precision ${share(found, referees.length)}, `
    + `recall ${share(found, [...isFraud.values()].filter(Boolean).length)} of all fraud`;
}
