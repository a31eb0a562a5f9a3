import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

/** Clicks of long ago are forgotten. */
export class CodesRetention extends Migration {
  override up(): void {
    this.addSql('create index click_day_index on codes.click using brin (day)');
    this.addSql(grantTo('codes', 'delete on codes.click'));
  }
}
