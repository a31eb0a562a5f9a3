import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Secrets } from '@referrals/config';
import { createDatabase } from '@referrals/persistence';
import { startPostgres } from '@referrals/servers';
import { migrateAll } from '@migrations/main';
import { ms, report } from './harness/report.js';

/**
 * Measures what a dashboard reads, 30 days from `insights.daily`, beside the same numbers aggregated from the facts of
 * the events. The facts are made by SQL, and `daily` from them, as the projection keeps it.
 */
const { values } = parseArgs({ options: { events: { type: 'string', default: '500000' }, days: { type: 'string', default: '365' } } });
const [events, days] = [Number(values.events), Number(values.days)];
/** What a referral tells on average here: registered, activated, every second qualified, and a bonus for each. */
const PER_REFERRAL = 5;
const APPS = 12;

const AT = 'timestamptz \'2026-01-01\' + make_interval(secs => (random() * 86400 * $2::int)::int)';
const FILL = [
  `insert into insights.referral (id, referrer_id, referee_id, source_app_id, registered_at)
   select rewards.uuid_v7(), 'referrer-' || n % 20000, 'referee-' || n, 'app-' || n % ${APPS}, ${AT} from generate_series(1, $1::int) n`,
  `insert into insights.stage (referral_id, stage, trigger, at) select id, 'registered', '', registered_at from insights.referral`,
  `insert into insights.stage (referral_id, stage, trigger, at) select id, 'activated', '', registered_at + interval '1 hour' from insights.referral`,
  `insert into insights.stage (referral_id, stage, trigger, at) select id, 'qualified', 'p', registered_at + interval '1 day' from insights.referral where random() < 0.5`,
  `insert into insights.bonus (id, referral_id, user_id, party, event, unit, amount, status, sequence, paid_at)
   select rewards.uuid_v7(), s.referral_id, 'referrer', 'referrer', s.stage, 'credits', 5, 'paid', 1, s.at from insights.stage s`,
  `insert into insights.daily select day, app_id, sum(registrations), sum(activations), sum(qualifications), sum(retentions), sum(credits_paid), sum(credits_held),
     sum(fraud_blocked) from insights.daily_fact group by day, app_id`,
  'analyze',
];

const COLUMNS = ['registrations', 'activations', 'qualifications', 'retentions', 'credits_paid', 'credits_held', 'fraud_blocked'].map((name) => `sum(${name})`).join(', ');
const READ = (table: string) => `select day, ${COLUMNS} from insights.${table} where day between $1::date and $1::date + 29 group by day order by day`;

const folder = mkdtempSync(join(tmpdir(), 'referrals-dashboard-'));
const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
try {
  const databaseUrl = await createDatabase(postgres.url, 'referrals');
  await migrateAll(databaseUrl, new Secrets(folder));
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  for (const sql of FILL) {
    const parameters = [Math.ceil(events / PER_REFERRAL), days].slice(0, /\$2/.test(sql) ? 2 : 0);
    await client.query(sql, parameters);
  }
  const count = Number((await client.query('select (select count(*) from insights.stage) + (select count(*) from insights.bonus) as n')).rows[0].n);
  const measure = async (sql: string, runs: number): Promise<{ ms: number; rows: unknown[] }> => {
    const times: number[] = [];
    let rows: unknown[] = [];
    for (let run = 0; run < runs; run += 1) {
      const start = performance.now();
      ({ rows } = await client.query(sql, ['2026-06-01']));
      times.push(performance.now() - start);
    }
    return { ms: times.sort((a, b) => a - b)[Math.floor(runs / 2)]!, rows };
  };
  const raw = await measure(READ('daily_fact'), 3);
  const kept = await measure(READ('daily'), 50);
  await client.end();
  if (JSON.stringify(raw.rows) !== JSON.stringify(kept.rows)) throw new Error('the two differ');
  console.log(`${cpus().length} cores (${cpus()[0]?.model.trim()}), ${count} events of ${days} days and ${APPS} apps; 30 days read, medians`);
  report({
    line: `dashboard at ${count.toLocaleString('en')} events`, product: ms(kept.ms), limit: `${ms(raw.ms)} (raw aggregation)`, ratio: raw.ms / kept.ms, goal: { atLeast: 100 },
  });
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
