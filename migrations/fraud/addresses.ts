import { Migration } from '@mikro-orm/migrations';
import { OBSERVE_ADDRESSES } from './observe-addresses.js';

/** The verdicts on the address of a sign-up, for batch rewards: they stay when the hashes that they were made from are gone. */
export class FraudAddresses extends Migration {
  override up(): void {
    this.addSql('alter table fraud.assessment add address_group text, add is_shared_address boolean not null default false');
    this.addSql('drop function fraud.observe(json, json)');
    this.addSql(OBSERVE_ADDRESSES);
  }
}
