import { Migration } from '@mikro-orm/migrations';

/** Operators list their campaigns and what users chose; automatic codes, nearly all there are, stay out. */
export class CodesCampaigns extends Migration {
  override up(): void {
    this.addSql(`create index code_type_id_index on codes.code (type, id) where type <> 'auto'`);
  }
}
