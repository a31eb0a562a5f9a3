import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

/** What bonuses hold is compared with the accounts in hold, an open dispute's part included; differences are forgotten with their runs. */
export class SchedulerSeesHeld extends Migration {
  override up(): void {
    this.addSql(grantTo('reconciler', 'select (held) on rewards.bonus'));
    this.addSql(grantTo('scheduler', 'delete on scheduler.difference'));
  }
}
