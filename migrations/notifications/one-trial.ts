import { Migration } from '@mikro-orm/migrations';

/** A referrer hears of a referee's trial once: a subscription on trial is reported again and again. */
export class NotificationsOneTrial extends Migration {
  override up(): void {
    this.addSql(`delete from notifications.notice n using notifications.notice k
      where n.kind = 'trial' and k.kind = 'trial' and k.referee_id = n.referee_id and (k.told_at is null, k.key) < (n.told_at is null, n.key)`);
    this.addSql(`create unique index notice_trial_index on notifications.notice (referee_id) where kind = 'trial'`);
  }
}
