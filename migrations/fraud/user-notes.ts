import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

/** What operators note about a user. Erasure finds the user's id by its column's name, and the words about the user go with it. */
export class FraudUserNotes extends Migration {
  override up(): void {
    for (const statement of [
      `create table fraud.user_note (id uuid primary key, user_id text not null, actor text not null, body text not null check (length(body) between 1 and 4000),
         created_at timestamptz not null default common.now())`,
      'create index user_note_user_id_id_index on fraud.user_note (user_id, id)',
      `create function fraud.forget_note() returns trigger language plpgsql as $$ begin new.body := '(erased)'; return new; end $$`,
      `create trigger forget_note before update of user_id on fraud.user_note for each row when (new.user_id like 'erased:%') execute function fraud.forget_note()`,
      grantTo('fraud', 'select, insert on fraud.user_note'),
    ]) this.addSql(statement);
  }
}
