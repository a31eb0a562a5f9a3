import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

/** Rooms that came after the first version: their event logs and inboxes are compared too. */
const ROOMS = ['insights', 'notifications'];

/**
 * What the books are compared by. The reconciler still only reads, and of people no more than the ids that two rooms must
 * agree on.
 */
export class SchedulerSeesAll extends Migration {
  override up(): void {
    for (const room of ROOMS) for (const sql of eventGrants(room)) this.addSql(sql);
    for (const what of BOOKS) this.addSql(grantTo('reconciler', what));
    for (const sql of DIFFERENCES) this.addSql(sql);
  }
}

const eventGrants = (room: string): string[] => [
  grantTo('reconciler', `usage on schema ${room}`),
  grantTo('reconciler', `select (id, type, recorded_at) on ${room}.outbox`),
  grantTo('reconciler', `select (id) on ${room}.outbox_unsent`),
  grantTo('reconciler', `select (event_id) on ${room}.inbox`),
  `create index outbox_recorded_at_index on ${room}.outbox using brin (recorded_at) with (pages_per_range = 16, autosummarize = on)`,
];

const BOOKS = [
  'select (id, user_id, unit, kind, balance) on rewards.account',
  'select (id, debit_account, credit_account, unit, amount, reason, bonus_id) on rewards.transfer',
  'select (id, referral_id, user_id, party, family, event, unit, amount, status) on rewards.bonus',
  'select (id, referrer_id, referee_id) on rewards.referral',
  'select (id, referrer_id, referee_id, code_id, stage) on relationships.referral',
  'select (code_id, uses) on relationships.code_use',
  'select (id, uses_count) on codes.code',
];

const DIFFERENCES = [
  `create table scheduler.difference (
     id uuid primary key, run_id uuid not null, check_name text not null, subject text not null, expected text, found text, found_at timestamptz not null)`,
  grantTo('scheduler', 'select, insert on scheduler.difference'),
  grantTo('scheduler', 'delete on scheduler.job_run'),
];
