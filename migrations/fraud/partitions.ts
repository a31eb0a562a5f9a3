import { Migration } from '@mikro-orm/migrations';
import { partitionedLog, partitionedTable } from '../partitions.js';

/** The event log and the facts in partitions of a month. */
export class FraudPartitions extends Migration {
  override up(): void {
    for (const sql of [...partitionedLog('fraud'), ...partitionedTable('fraud', 'fact', 'day', 'select, insert, update, delete')]) this.addSql(sql);
  }
}
