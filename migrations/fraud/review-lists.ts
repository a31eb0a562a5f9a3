import { Migration } from '@mikro-orm/migrations';

/** The queue without a status: reviews of all, most urgent first. */
export class FraudReviewLists extends Migration {
  override up(): void {
    this.addSql('create index review_priority_id_index on fraud.review (priority, id)');
  }
}
