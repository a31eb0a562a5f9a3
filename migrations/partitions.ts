import { exportUser } from './erasure.js';
import { grantTo } from './plumbing.js';

/** Where a month begins: as the smallest id of its first millisecond, for ids begin with their time, or as the day itself. */
const bound = (month: string, type: string): string => `case ${type} when 'uuid'
  then lpad(to_hex((extract(epoch from (${month})::timestamp at time zone 'utc') * 1000)::bigint), 12, '0') || repeat('0', 20) else (${month})::date::text end`;

/**
 * Makes a table one of a partition per month. The rows that are there stay where they are, as the partition of all months until the present one; what fits
 * none goes to `<table>_rest`, so that no write ever fails for want of a partition. Keys stay unique, because the partitions' column is part of them.
 */
const partitioned = (schema: string, table: string, column: string): string => `do $$
  declare
    old oid := '${schema}.${table}'::regclass; until_name text := '${table}_until_' || to_char(clock_timestamp() at time zone 'utc', 'YYYY_MM');
    next_month date := date_trunc('month', clock_timestamp() at time zone 'utc') + interval '1 month';
    key_type text; primary_key text; options text; definitions text[]; index record; definition text;
  begin
    select format_type(atttypid, null) into key_type from pg_attribute where attrelid = old and attname = '${column}';
    select pg_get_constraintdef(oid) into primary_key from pg_constraint where conrelid = old and contype = 'p';
    select ' with (' || array_to_string(reloptions, ', ') || ')' into options from pg_class where oid = old;
    for index in select c.relname, i.indisprimary, pg_get_indexdef(i.indexrelid) as definition
      from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = old loop
      execute format('alter index ${schema}.%I rename to %I', index.relname, until_name || '_' || index.relname);
      if not index.indisprimary then definitions := definitions || index.definition; end if;
    end loop;
    execute format('alter table ${schema}.${table} rename to %I', until_name);
    execute format('create table ${schema}.${table} (like ${schema}.%I including defaults including constraints) partition by range (${column})', until_name);
    execute format('alter table ${schema}.${table} add %s', primary_key);
    foreach definition in array coalesce(definitions, '{}') loop execute definition; end loop;
    execute format('alter table ${schema}.${table} attach partition ${schema}.%I for values from (minvalue) to (%L)', until_name, ${bound('next_month', 'key_type')});
    execute format('create table ${schema}.${table}_rest partition of ${schema}.${table} default%s', options);
  end $$`;

/**
 * Makes the partitions of the present month and the two after it, and gives away those whose months lie before `kept_since` as a whole. What had come to
 * the rest meanwhile moves in. Attaching stops no writer; giving one away stops them for a moment, once a month.
 */
const keepPartitions = (schema: string): string => `create or replace function ${schema}.keep_partitions(of_table text, today date, kept_since date) returns int
  language plpgsql security definer set search_path = ${schema}, pg_temp as $$
  declare
    parent oid := (select c.oid from pg_class c where c.relnamespace = '${schema}'::regnamespace and c.relname = of_table and c.relkind = 'p');
    key text; key_type text; options text; month date; part text; from_key text; to_key text; gone text; changed int := 0;
  begin
    perform pg_advisory_xact_lock(common.lock_key('partitions', '${schema}'));
    if parent is null then raise exception '% has no partitions', of_table using errcode = 'undefined_table'; end if;
    select a.attname, format_type(a.atttypid, null) into key, key_type
      from pg_partitioned_table p join pg_attribute a on a.attrelid = p.partrelid and a.attnum = p.partattrs[0] where p.partrelid = parent;
    select ' with (' || array_to_string(reloptions, ', ') || ')' into options from pg_class where oid = (of_table || '_rest')::regclass;
    for month in select generate_series(date_trunc('month', today), date_trunc('month', today) + interval '2 months', interval '1 month')::date loop
      part := of_table || '_' || to_char(month, 'YYYY_MM');
      continue when exists (select from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = parent
        and (c.relname = part or c.relname like of_table || '_until_%' and right(c.relname, 7) >= to_char(month, 'YYYY_MM')));
      from_key := ${bound('month', 'key_type')};
      to_key := ${bound(`month + interval '1 month'`, 'key_type')};
      execute format('create table %I (like %I including defaults including constraints)%s', part, of_table, options);
      execute format('with moved as (delete from %I where %I >= %L and %I < %L returning *) insert into %I select * from moved',
        of_table || '_rest', key, from_key, key, to_key, part);
      execute format('alter table %I attach partition %I for values from (%L) to (%L)', of_table, part, from_key, to_key);
      changed := changed + 1;
    end loop;
    for gone in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = parent and right(c.relname, 7) ~ '^\\d{4}_\\d{2}$' and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= kept_since loop
      execute format('alter table %I detach partition %I', of_table, gone);
      execute format('drop table %I', gone);
      changed := changed + 1;
    end loop;
    return changed;
  end $$`;

/** The event log of a room, by month; and what keeps its partitions. */
export const partitionedLog = (room: string): string[] => [
  partitioned(room, 'outbox', 'id'),
  grantTo(room, `select, insert on ${room}.outbox`),
  grantTo('reconciler', `select (id, type, recorded_at) on ${room}.outbox`),
  keepPartitions(room),
  `revoke execute on function ${room}.keep_partitions from public`,
  grantTo(room, `execute on function ${room}.keep_partitions`),
  exportUser(room),
];

/** A further table of the room. */
export const partitionedTable = (room: string, table: string, column: string, rights: string): string[] => [
  partitioned(room, table, column),
  grantTo(room, `${rights} on ${room}.${table}`),
];
