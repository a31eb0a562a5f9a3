import { Migration } from '@mikro-orm/migrations';

/**
 * Accounts are opened by the thousand, and drawing sixteen random bytes for each took longer than writing the row: their
 * ids are the time and a number of their own, in the shape of a UUID of version 7.
 */
export class RewardsAccountIds extends Migration {
  override up(): void {
    this.addSql('create sequence rewards.account_number');
    this.addSql(`create function rewards.numbered_id(number bigint) returns uuid language sql volatile parallel safe as $$
      select (lpad(to_hex((date_part('epoch', clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || to_hex((-9223372036854775808) | number))::uuid $$`);
    this.addSql(`alter table rewards.account alter id set default rewards.numbered_id(nextval('rewards.account_number'))`);
  }
}
