import { Migration } from '@mikro-orm/migrations';
import { OBSERVE_ADDRESSES } from './observe-addresses.js';

/**
 * The same function with its batch as `jsonb`, which is read once: of a `json` every look at one of its lists reads all of
 * it again. Its queries are planned once for each session too; of the longest, planning took more than running.
 */
export class FraudObserveBinary extends Migration {
  override up(): void {
    this.addSql('drop function fraud.observe(json, json)');
    this.addSql(OBSERVE_ADDRESSES.replace('batch json,', 'batch jsonb,').replaceAll('json_to_recordset(batch', 'jsonb_to_recordset(batch'));
    this.addSql('alter function fraud.observe(jsonb, json) set plan_cache_mode = force_generic_plan');
  }
}
