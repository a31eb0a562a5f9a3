import { Migration } from '@mikro-orm/migrations';
import { grantTo, plumbing } from '../plumbing.js';
import { FACTS, FACT_TABLES } from './facts.js';
import { PROJECT } from './project.js';

export class InsightsInitial extends Migration {
  override up(): void {
    for (const sql of [...plumbing('insights'), ...FACTS, ...PROJECT, ...GRANTS]) this.addSql(sql);
  }
}

const TABLES = [...FACT_TABLES, 'insights.daily', 'insights.standing'].join(', ');

/** Rebuilding empties everything, and what was received with it. */
const GRANTS = [
  grantTo('insights', `select, insert, update on ${TABLES}`),
  grantTo('insights', `truncate on ${TABLES}, insights.inbox`),
  grantTo('insights', 'select on insights.daily_fact, insights.standing_fact'),
];
