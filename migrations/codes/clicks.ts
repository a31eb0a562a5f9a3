import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

/** How often links were followed, by code and day in UTC. */
export class CodesClicks extends Migration {
  override up(): void {
    this.addSql(`create table codes.click (
      code_id uuid not null, day date not null, clicks int not null check (clicks > 0),
      constraint click_pkey primary key (code_id, day)) with (fillfactor = 60)`);
    this.addSql(grantTo('codes', 'select, insert, update on codes.click'));
  }
}
