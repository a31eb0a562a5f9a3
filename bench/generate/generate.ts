import type pg from 'pg';
import { fillCodes, fillCodeUses } from './codes.js';
import { fillFraud } from './fraud.js';
import { fillInsights, SUM_UP } from './insights.js';
import { fillRelationships } from './relationships.js';
import { fillRewards } from './rewards.js';
import { fillSource, sharersOf, SOURCE, UUID_OF, type Plan } from './source.js';

const DEFAULTS: Omit<Plan, 'today'> = { referrals: 100_000, days: 365, endDaysAgo: 20, holds: false, events: true };
const CHUNK = 50_000;

/**
 * Fills every room's tables of an empty database with the same referrals, by set-based SQL: reconciliation finds no difference afterwards.
 * @param owner the database owner's connection
 * @param progress called with how many referrals there are so far
 */
export async function generate(owner: pg.ClientBase, given: Partial<Omit<Plan, 'today'>>, progress: (done: number) => void = () => undefined): Promise<void> {
  const { rows } = await owner.query<{ some: boolean; today: string }>(`select exists (select from relationships.referral)
    or exists (select from rewards.account where user_id is not null) as some, to_char(common.now() at time zone 'utc', 'YYYY-MM-DD"T00:00:00Z"') as today`);
  const plan: Plan = { ...DEFAULTS, ...given, today: rows[0]!.today };
  if (rows[0]!.some) throw new Error('the database holds referrals already: generated ones are for an empty one');
  for (const sql of [UUID_OF, SOURCE]) await owner.query(sql);
  for (let first = 1; first <= sharersOf(plan); first += CHUNK) {
    const span = [first, Math.min(first + CHUNK - 1, sharersOf(plan))];
    await owner.query(fillCodes(plan), span);
    await owner.query(fillCodeUses(plan), span);
  }
  for (let first = 1; first <= plan.referrals; first += CHUNK) {
    await fillChunk(owner, plan, [first, Math.min(first + CHUNK - 1, plan.referrals)]);
    progress(Math.min(first + CHUNK - 1, plan.referrals));
  }
  for (const sql of [...SUM_UP, 'drop table source', 'analyze']) await owner.query(sql);
}

/** Nobody refers anybody here who refers somebody, so there is no loop to look for, and no lock to take for each user. */
const WITHOUT_LOOPS = 'alter table relationships.referral disable trigger referral_closes_no_loop';
const AGAINST_LOOPS = 'alter table relationships.referral enable always trigger referral_closes_no_loop';

async function fillChunk(owner: pg.ClientBase, plan: Plan, span: number[]): Promise<void> {
  await owner.query('begin');
  await owner.query('truncate source');
  await owner.query(fillSource(plan), span);
  await owner.query('analyze source');
  await owner.query(WITHOUT_LOOPS);
  for (const sql of [...fillRelationships(plan), ...fillFraud(plan), ...fillRewards(plan), ...fillInsights(plan)]) await owner.query(sql);
  await owner.query(AGAINST_LOOPS);
  await owner.query('commit');
}
