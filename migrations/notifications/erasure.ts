import { Migration } from '@mikro-orm/migrations';
import { erasure } from '../erasure.js';

export class NotificationsErasure extends Migration {
  override up(): void {
    for (const sql of erasure('notifications')) this.addSql(sql);
  }
}
