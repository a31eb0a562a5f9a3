import { Migration } from '@mikro-orm/migrations';
import { erasure } from '../erasure.js';

export class FraudErasure extends Migration {
  override up(): void {
    for (const sql of erasure('fraud', FIRST)) this.addSql(sql);
  }
}

const FIRST: string[] = [
  'delete from fact where user_id = raw',
  'delete from account where user_id = raw',
  // hashes of the sign-up are the referee's; the verdicts that they led to stay
  'update assessment set ip_hash = null, device_hash = null where referee_id = raw',
];
