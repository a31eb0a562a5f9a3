import { Migration } from '@mikro-orm/migrations';
import { erasure } from '../erasure.js';

export class FraudErasure extends Migration {
  override up(): void {
    for (const sql of erasure('fraud', FIRST)) this.addSql(sql);
  }
}

const FIRST: string[] = [
  `perform pg_advisory_xact_lock(common.lock_key('fraud', raw))`,
  'delete from fact where user_id = raw',
  'delete from mailbox where user_id = raw',
  'delete from account where user_id = raw',
  'delete from box where referral_id in (select a.referral_id from assessment a where a.referee_id = raw)',
  // hashes of the sign-up are the referee's; the verdicts that they led to stay
  `update assessment set ip_hash = null, previous_ip_hash = null, device_hash = null, previous_device_hash = null where referee_id = raw`,
];
