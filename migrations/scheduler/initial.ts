import { Migration } from '@mikro-orm/migrations';
import { plumbing } from '../plumbing.js';

export class SchedulerInitial extends Migration {
  override up(): void {
    for (const sql of [...plumbing('scheduler'), ...STATEMENTS]) this.addSql(sql);
  }
}

const STATEMENTS: string[] = [];
