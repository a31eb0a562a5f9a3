import { Migration } from '@mikro-orm/migrations';
import { partitionedLog } from '../partitions.js';

/** The event log in partitions of a month. */
export class SchedulerPartitions extends Migration {
  override up(): void {
    for (const sql of partitionedLog('scheduler')) this.addSql(sql);
  }
}
