import { Migration } from '@mikro-orm/migrations';
import { grantTo, plumbing } from '../plumbing.js';

export class CodesInitial extends Migration {
  override up(): void {
    for (const sql of [...plumbing('codes'), ...CODES, ...ALIASES, ...NAMES, ...LOOKUPS]) this.addSql(sql);
  }
}

/** The unique lookup key keeps look-alikes apart, the partial index gives one automatic code to a user; neither has an exception. */
const CODES = [
  `create table codes.code (
     id uuid not null, user_id text not null, code text not null, lookup_key text collate "C" not null, type text not null,
     source_app_id text null, is_active boolean not null default true, paused_reason text null,
     uses_count int not null default 0, max_uses int null, daily_limit int null, expires_at timestamptz null,
     metadata json null, created_at timestamptz not null,
     constraint code_pkey primary key (id),
     constraint code_lookup_key_unique unique (lookup_key),
     constraint code_lookup_key_check check (lookup_key ~ '^[A-Z0-9]{3,20}$'),
     constraint code_type_check check (type in ('auto', 'custom', 'campaign')),
     constraint code_max_uses_check check (max_uses >= 1),
     constraint code_daily_limit_check check (daily_limit is null or (daily_limit >= 1 and type = 'campaign'))
   ) with (fillfactor = 80)`,
  `create unique index code_auto_of_user_unique on codes.code (user_id) where type = 'auto'`,
  'create index code_user_id_id_index on codes.code (user_id, id)',
  grantTo('codes', 'select, insert on codes.code'),
  grantTo('codes', 'update (is_active, paused_reason, uses_count, max_uses, daily_limit, expires_at, metadata) on codes.code'),
];

/**
 * An alias is found before any code, so neither may be made where the other one would be hidden. Both sides skip the
 * row, as `on conflict do nothing` would; the lock lets each see what the other has committed.
 */
const ALIASES = [
  `create table codes.alias (
     text text collate "C" not null, lookup_key text collate "C" null, code_id uuid not null, created_at timestamptz not null,
     constraint alias_pkey primary key (text),
     constraint alias_code_id_foreign foreign key (code_id) references codes.code (id))`,
  'create index alias_lookup_key_index on codes.alias (lookup_key)',
  'create index alias_code_id_index on codes.alias (code_id)',
  `create function codes.skip_code_of_alias() returns trigger language plpgsql as $$
     begin
       perform pg_advisory_xact_lock_shared(common.lock_key('codes', 'aliases'));
       perform from codes.alias a where a.lookup_key = new.lookup_key or a.text = new.code;
       return case when found then null else new end;
     end $$`,
  `create function codes.skip_alias_of_code() returns trigger language plpgsql as $$
     begin
       perform pg_advisory_xact_lock(common.lock_key('codes', 'aliases'));
       perform from codes.code c where c.lookup_key = new.lookup_key and c.code = upper(new.text) and c.id <> new.code_id;
       return case when found then null else new end;
     end $$`,
  'create trigger skip_code_of_alias before insert on codes.code for each row execute function codes.skip_code_of_alias()',
  'create trigger skip_alias_of_code before insert on codes.alias for each row execute function codes.skip_alias_of_code()',
  grantTo('codes', 'select, insert on codes.alias'),
];

/** Names as strangers may see them; the full ones never come here. */
const NAMES = [
  `create table codes.display_name (
     user_id text not null, short_name text null, sequence bigint not null,
     constraint display_name_pkey primary key (user_id))`,
  grantTo('codes', 'select, insert, update on codes.display_name'),
];

/**
 * Who looked codes up within the last minute, by keyed hash. Unlogged: a crash forgets one minute of counting and a
 * commit that changed nothing else waits for no disk. The locks come first and in one order, so that the windows read
 * after them are what the group before has committed.
 */
const LOOKUPS = [
  `create unlogged table codes.lookup_window (
     network bytea not null, admitted timestamptz[] not null, failed_at timestamptz null, seen_at timestamptz not null,
     constraint lookup_window_pkey primary key (network)) with (fillfactor = 70)`,
  'create unlogged table codes.failed_lookup (at timestamptz not null)',
  'create index failed_lookup_at_index on codes.failed_lookup (at)',
  `create function codes.open_lookup_windows(networks bytea[], failures int)
     returns table (now timestamptz, recent_failures int, windows json) language plpgsql as $$
     begin
       perform pg_advisory_xact_lock(common.lock_key('codes lookups', bucket::text))
         from (select distinct get_byte(n, 0) * 4 + get_byte(n, 1) % 4 as bucket from unnest(networks) n order by 1) buckets;
       return query
         with clock as materialized (select common.now() as now)
         select clock.now,
           (select count(*)::int from (
              select from codes.failed_lookup f
              where f.at > clock.now - interval '1 minute' and f.at < clock.now + interval '1 minute' limit failures) newest),
           (select json_agg(json_build_object('network', encode(w.network, 'hex'), 'admitted', w.admitted, 'failedAt', w.failed_at))
              from codes.lookup_window w where w.network = any(networks))
         from clock;
     end $$`,
  grantTo('codes', 'select, insert, update, delete on codes.lookup_window, codes.failed_lookup'),
];
