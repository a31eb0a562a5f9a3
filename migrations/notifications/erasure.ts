import { Migration } from '@mikro-orm/migrations';
import { erasure } from '../erasure.js';

export class NotificationsErasure extends Migration {
  override up(): void {
    for (const sql of erasure('notifications', FIRST)) this.addSql(sql);
  }
}

const FIRST: string[] = [
  'delete from person where user_id = raw',
  // bodies are kept as they were signed, so as text
  `update webhook_event set body = common.pseudonymise(common.without_person(body::json)::text, raw, pseudonym) where position(to_json(raw)::text in body) > 0`,
];
