import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

/** The payment that a qualification was told with, and which news of a payment is the newest. */
export class RelationshipsRevocation extends Migration {
  override up(): void {
    this.addSql('alter table relationships.referral add told_payment_id text');
    this.addSql('update relationships.referral set told_payment_id = qualifying_payment_id where qualifying_payment_id is not null');
    this.addSql(grantTo('relationships', 'update (told_payment_id) on relationships.referral'));
    this.addSql('alter table relationships.payment_fact add sequence int not null default 1');
  }
}
