import { Migration } from '@mikro-orm/migrations';
import { PSEUDONYMISE } from '../erasure.js';

export class CommonErasure extends Migration {
  override up(): void {
    for (const sql of PSEUDONYMISE) this.addSql(sql);
  }
}
