import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

/** When a code was first looked up from a network, by keyed hash: told once, so that a sign-up seconds later stands out. */
export class CodesFirstLookUps extends Migration {
  override up(): void {
    this.addSql('create table codes.first_look_up (code_id uuid not null, network bytea not null, at timestamptz not null, primary key (code_id, network))');
    this.addSql('create index first_look_up_at_index on codes.first_look_up using brin (at)');
    this.addSql(grantTo('codes', 'select, insert, delete on codes.first_look_up'));
  }
}
