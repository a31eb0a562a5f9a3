import { Migration } from '@mikro-orm/migrations';
import { erasure } from '../erasure.js';

export class InsightsErasure extends Migration {
  override up(): void {
    for (const sql of erasure('insights', FIRST)) this.addSql(sql);
  }
}

const FIRST: string[] = ['delete from person where user_id = raw'];
