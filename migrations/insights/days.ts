import { Migration } from '@mikro-orm/migrations';

const day = (column: string): string => `((${column} at time zone 'utc')::date)`;

/** A recount of some days reads the pages that may hold them, and not every fact there ever was: rows stand about in the order in which they came. */
export class InsightsDays extends Migration {
  override up(): void {
    this.addSql(`create index stage_day_index on insights.stage using brin (${day('at')}) with (pages_per_range = 32, autosummarize = on)`);
    for (const column of ['paid_at', 'held_at']) {
      this.addSql(`create index bonus_${column}_day_index on insights.bonus using brin (${day(column)}) with (pages_per_range = 32, autosummarize = on)`);
    }
  }
}
