import { Migration } from '@mikro-orm/migrations';

/** Where a browser may use a publishable key from; none unless told. */
export class GatewayKeyOrigins extends Migration {
  override up(): void {
    this.addSql(`alter table gateway.api_key add column origins text[] not null default '{}'`);
    this.addSql(`create index api_key_origins_index on gateway.api_key using gin (origins)`);
  }
}
