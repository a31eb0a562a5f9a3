import { Migration } from '@mikro-orm/migrations';
import { plumbing } from '../plumbing.js';

export class RewardsInitial extends Migration {
  override up(): void {
    for (const sql of [...plumbing('rewards'), ...STATEMENTS]) this.addSql(sql);
  }
}

const STATEMENTS: string[] = [];
