import { Migration } from '@mikro-orm/migrations';

/** Its queries read a list of any length by keys: planning them took longer than running them, for each registration that came alone. */
export class RelationshipsPlanOnce extends Migration {
  override up(): void {
    this.addSql('alter function relationships.prepare_registrations(json, timestamptz, timestamptz) set plan_cache_mode = force_generic_plan');
  }
}
