import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

/** Deliveries end, and their bodies with the last of them. */
export class NotificationsRetention extends Migration {
  override up(): void {
    this.addSql("create index delivery_over_index on notifications.delivery (created_at) where status <> 'pending'");
    this.addSql('create index delivery_event_id_index on notifications.delivery (event_id)');
    this.addSql(grantTo('notifications', 'delete on notifications.webhook_event'));
  }
}
