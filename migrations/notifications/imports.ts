import { Migration } from '@mikro-orm/migrations';

/** Imported people set no message off, but who of them has paid counts for their referrer's level. */
export class NotificationsImports extends Migration {
  override up(): void {
    this.addSql('alter table notifications.referral add column is_imported boolean not null default false');
  }
}
