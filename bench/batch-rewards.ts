import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Secrets } from '@referrals/config';
import { createDatabase, Database, roomUrl } from '@referrals/persistence';
import { startPostgres } from '@referrals/servers';
import { recomputeBatchRewards } from '@rooms/rewards';
import { migrateAll } from '@migrations/main';

/**
 * Measures the recomputation of all batch rewards beside the set-based SQL alone, which computes the same numbers into a plain table in one statement,
 * and beside one referrer at a time. In turns, in the same run and on the same rows.
 */
const { values } = parseArgs({
  options: { referrers: { type: 'string', default: '100000' }, referees: { type: 'string', default: '3' }, single: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '5' } },
});
const [referrers, each, single, rounds] = [values.referrers, values.referees, values.single, values.rounds].map(Number) as [number, number, number, number];

const SEED = `
  insert into rewards.referral (id, referrer_id, referee_id, registered_at, ip_group, is_shared_ip)
    select rewards.uuid_v7(), 'referrer-' || lpad(n::text, 7, '0'), 'referee-' || n || '-' || k, common.now() - interval '20 days', 'g' || (random() * 8)::int, random() < 0.05
    from generate_series(1, ${referrers}) n, generate_series(1, ${each}) k;
  insert into rewards.user_fact select referee_id, random() < 0.95, random() < 0.9, common.now() - interval '1 day' * (5 + random() * 40), registered_at, 1 from rewards.referral;
  insert into rewards.subscription (user_id, source, plan, status, started_at, expires_at, occurred_at) select referee_id, '', 'pro', case when random() < 0.8 then 'active' else 'canceled' end,
    common.now() - interval '1 day' * (5 + random() * 40), common.now() + interval '20 days', common.now() from rewards.referral;
  analyze rewards.referral, rewards.user_fact, rewards.subscription;
  create table bare (user_id text primary key, total int, candidates int, eligible int, cooldown int, missing int, shared int, duplicate int, slots int, badge text)`;

/** The shortest SQL for it: one subscription a user, every row written once. */
const BARE = `insert into bare with at as materialized (select common.now() as now)
  select user_id, total, candidates, candidates - cooldown - missing - shared - duplicate, cooldown, missing, shared, duplicate,
    (candidates - cooldown - missing - shared - duplicate) / 3 * 5, case when candidates - cooldown - missing - shared - duplicate >= 10 then 'elite_referrer'
      when candidates - cooldown - missing - shared - duplicate >= 3 then 'verified_referrer' end
  from (
    select referrer_id as user_id, count(*) as total, count(*) filter (where candidate) as candidates, count(*) filter (where candidate and reason = 1) as cooldown,
      count(*) filter (where candidate and reason = 2) as missing, count(*) filter (where candidate and reason = 3) as shared,
      count(ip_group) filter (where candidate and reason is null) - count(distinct ip_group) filter (where candidate and reason is null) as duplicate
    from (
      select r.referrer_id, r.ip_group, u.is_active and u.is_verified and s.status in ('active', 'past_due') and s.expires_at > at.now and s.plan <> 'free' as candidate,
        case when greatest(u.created_at, s.started_at) > at.now - interval '7 days' then 1 when r.ip_group is null then 2 when r.is_shared_ip then 3 end as reason
      from at cross join rewards.referral r left join rewards.user_fact u on u.user_id = r.referee_id left join rewards.subscription s on s.user_id = r.referee_id and s.source = '') judged
    group by referrer_id) counted`;

const folder = mkdtempSync(join(tmpdir(), 'referrals-bench-'));
const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
const databaseUrl = await createDatabase(postgres.url, 'referrals');
const secrets = new Secrets(folder);
await migrateAll(databaseUrl, secrets);
const owner = new pg.Client({ connectionString: databaseUrl });
await owner.connect();
const db = await Database.open({ room: 'rewards', url: roomUrl(databaseUrl, 'rewards', secrets.get('database-rewards')) });

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
};
const all = () => db.transaction((tx) => recomputeBatchRewards(tx, {}));
const median = (list: number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!;
const shown = (name: string, seconds: number, more = ''): void => console.log(`  ${name.padEnd(56)} ${seconds.toFixed(3).padStart(9)} s   ${more}`);

try {
  await owner.query('insert into common.test_clock (now, running, set_at) values (clock_timestamp(), false, clock_timestamp())');
  await owner.query(SEED);
  console.log(`${cpus().length} cores (${cpus()[0]?.model.trim()}), ${referrers} referrers with ${referrers * each} referees, medians of ${rounds} rounds\n`);
  const measured = { bare: [] as number[], first: [] as number[], again: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    await owner.query('truncate bare, rewards.batch_reward');
    const bare = await timed(() => owner.query(BARE));
    const first = await timed(all);
    const again = await timed(all);
    if (round > 0) for (const [name, seconds] of Object.entries({ bare, first, again })) measured[name as keyof typeof measured].push(seconds);
  }
  const bare = median(measured.bare);
  shown('the set-based SQL alone, all rows written', bare);
  for (const [name, list] of [['all, every reward new, with the ledger of slots', measured.first], ['all again, nothing changed', measured.again]] as const) {
    shown(name, median(list), `${(median(list) / bare).toFixed(2)} × the SQL alone`);
  }
  const { rows } = await owner.query<{ differing: number }>(`select count(*)::int as differing from bare b full join rewards.batch_reward r using (user_id)
    where (b.total, b.candidates, b.eligible, b.cooldown, b.missing, b.shared, b.duplicate, b.slots, b.badge) is distinct from
      (r.referred_total, r.candidates, r.eligible, r.cooldown, r.missing_ip, r.shared_ip, r.duplicate_ip, r.slots, r.badge)`);
  console.log(`  both say the same of all but ${rows[0]!.differing} referrers\n`);

  const { rows: some } = await owner.query<{ id: string }>('select distinct referrer_id as id from rewards.referral order by 1 limit $1', [single]);
  const oneByOne = await timed(async () => {
    for (const { id } of some) await db.transaction((tx) => recomputeBatchRewards(tx, { userId: id }));
  });
  const together = [];
  for (let round = 0; round < rounds; round += 1) together.push(await timed(() => db.transaction((tx) => recomputeBatchRewards(tx, { limit: single }))));
  shown(`${single} referrers, one at a time`, oneByOne);
  shown(`${single} referrers at once`, median(together), `${(oneByOne / median(together)).toFixed(0)} × as fast`);
} finally {
  await db.close();
  await owner.end();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
