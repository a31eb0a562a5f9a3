import { fillCodes } from './codes.js';
import { fillFraud } from './fraud.js';
import { fillTables, ownerOf } from './fill-tables.js';
import { fillInsights, SUMS } from './insights.js';
import { fillRelationships } from './relationships.js';
import { ACCOUNTS_OF_EUR, fillAccounts, fillRewards } from './rewards.js';
import { fillSource, type Plan } from './source.js';

const DEFAULTS: Omit<Plan, 'today'> = { referrals: 100_000, days: 365, endDaysAgo: 20, holds: false, events: true };

/**
 * Fills every room's tables of an empty database with the same referrals, by set-based SQL: reconciliation finds no difference afterwards.
 * @param url the database, as its owner
 * @param filled called with the name of each table that is full
 */
export async function generate(url: string, given: Partial<Omit<Plan, 'today'>>, filled: (table: string) => void = () => undefined): Promise<void> {
  const owner = await ownerOf(url);
  try {
    const { rows } = await owner.query<{ some: boolean; today: string }>(`select exists (select from relationships.referral)
      or exists (select from rewards.account where user_id is not null) as some, to_char(common.now() at time zone 'utc', 'YYYY-MM-DD"T00:00:00Z"') as today`);
    const plan: Plan = { ...DEFAULTS, ...given, today: rows[0]!.today };
    if (rows[0]!.some) throw new Error('the database holds referrals already: generated ones are for an empty one');
    for (const sql of ['drop table if exists generated', fillSource(plan), 'analyze generated', ACCOUNTS_OF_EUR]) await owner.query(sql);
    filled('generated');
    // the largest first, so that both connections end at about the same time
    await fillTables(url, [...fillRewards(plan), ...fillRelationships(plan), ...fillFraud(plan), ...fillInsights(plan), ...fillCodes(plan)], filled);
    await fillTables(url, [fillAccounts(plan), ...SUMS], filled);
    await owner.query('drop table generated');
  } finally {
    await owner.end();
  }
}
