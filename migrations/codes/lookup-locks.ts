import { Migration } from '@mikro-orm/migrations';

/** Clients that share no network do not wait for each other; and what nobody has asked from for a while is found without reading the rest. */
export class CodesLookupLocks extends Migration {
  override up(): void {
    this.addSql('create index lookup_window_seen_at_index on codes.lookup_window (seen_at)');
    this.addSql(`create or replace function codes.open_lookup_windows(networks bytea[], failures int)
     returns table (now timestamptz, recent_failures int, windows json) language plpgsql as $$
     begin
       perform pg_advisory_xact_lock(key) from (select distinct common.lock_key('codes lookups', encode(n, 'hex')) as key from unnest(networks) n order by 1) keys;
       return query
         with clock as materialized (select common.now() as now)
         select clock.now,
           (select count(*)::int from (
              select from codes.failed_lookup f
              where f.at > clock.now - interval '1 minute' and f.at < clock.now + interval '1 minute' limit failures) newest),
           (select json_agg(json_build_object('network', encode(w.network, 'hex'), 'admitted', w.admitted, 'failedAt', w.failed_at))
              from codes.lookup_window w where w.network = any(networks))
         from clock;
     end $$`);
  }
}
