import { Migration } from '@mikro-orm/migrations';

/** Operators look for the few deliveries that are not where they should be, among the many that are. */
export class NotificationsLists extends Migration {
  override up(): void {
    this.addSql('create index delivery_status_id_index on notifications.delivery (status, id)');
  }
}
