import { Migration } from '@mikro-orm/migrations';
import { PROJECT } from './project.js';

/** The same function with its facts as `jsonb`, which is read once: of a `json` every look at one of its lists reads all of it again. */
export class InsightsProjectBinary extends Migration {
  override up(): void {
    this.addSql('drop function insights.project(json)');
    for (const sql of PROJECT) this.addSql(sql.replace('facts json)', 'facts jsonb)').replaceAll('json_to_recordset(facts', 'jsonb_to_recordset(facts'));
  }
}
