import { Migration } from '@mikro-orm/migrations';

/** Refusals are forgotten also where nobody tries the code again. */
export class RelationshipsRetention extends Migration {
  override up(): void {
    this.addSql('create index code_refusal_at_index on relationships.code_refusal using brin (at)');
  }
}
