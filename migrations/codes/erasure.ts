import { Migration } from '@mikro-orm/migrations';
import { erasure } from '../erasure.js';

export class CodesErasure extends Migration {
  override up(): void {
    for (const sql of erasure('codes', FIRST)) this.addSql(sql);
  }
}

const FIRST: string[] = [
  'delete from display_name where user_id = raw',
  // a code of somebody who is gone leads nowhere; its text stays taken
  `update code set is_active = false, paused_reason = 'erased', metadata = null where user_id = raw`,
];
