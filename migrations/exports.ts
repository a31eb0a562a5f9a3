import type { Constructor } from '@mikro-orm/postgresql';
import { Migration } from '@mikro-orm/migrations';
import { COLUMNS, PLUMBING, USER_COLUMNS } from './erasure.js';

/**
 * `export_page`: the rows of a room that name a user, table by table in the order of their keys, for as many bytes of JSON as a message takes and
 * one row at least: {tables: {<table>: [row]}, bytes, next: {table, key} | null}, `next` being where the page after it begins.
 */
const exportPage = (schema: string): string => `create function ${schema}.export_page(raw text, after json, most_bytes int) returns json language plpgsql stable security definer
  set search_path = ${schema}, pg_temp as $$
  declare found_table record; page record; tables jsonb := '{}'; used int := 0; key_before jsonb;
  begin
    for found_table in
      select named.tab, named.is_of, keys.columns, keys.list from (
        select tab, string_agg(format('t.%I = $1', col), ' or ' order by col) as is_of from (
          ${COLUMNS(schema, `c.column_name in ${USER_COLUMNS} and c.data_type = 'text' and c.table_name not in ${PLUMBING}`)}) c
        group by tab) named
      cross join lateral (
        select array_agg(a.attname::text order by k.place) as columns, string_agg(quote_ident(a.attname), ', ' order by k.place) as list
        from pg_index i cross join unnest(i.indkey) with ordinality as k(number, place) join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
        where i.indrelid = format('%I.%I', '${schema}', named.tab)::regclass and i.indisprimary) keys
      where after is null or named.tab >= after ->> 'table' order by named.tab
    loop
      key_before := case when found_table.tab = after ->> 'table' then nullif(after::jsonb -> 'key', 'null') end;
      execute format(
        'with candidate as (
           select to_jsonb(t) as row, row_number() over (order by %1$s) as place, sum(octet_length(to_jsonb(t)::text)) over (order by %1$s) as bytes from (
             select * from %2$I t where (%3$s) and ($2 is null or (%1$s) > (select %1$s from jsonb_populate_record(null::%2$I, $2))) order by %1$s limit 1000) t),
         taken as (select * from candidate where bytes <= $3 or place = 1 and $3 = $4)
         select (select jsonb_agg(row order by place) from taken) as rows, coalesce((select max(bytes) from taken), 0)::int as bytes,
           (select jsonb_object_agg(k, row -> k) from unnest($5) as k, (select row from taken order by place desc limit 1) last) as last_key,
           (select count(*) from candidate) > (select count(*) from taken) or (select count(*) from taken) = 1000 as more',
        found_table.list, found_table.tab, found_table.is_of)
        into page using raw, key_before, most_bytes - used, most_bytes, found_table.columns;
      if page.rows is not null then tables := tables || jsonb_build_object(found_table.tab, page.rows); end if;
      used := used + page.bytes;
      if page.more then
        return json_build_object('tables', tables, 'bytes', used, 'next', json_build_object('table', found_table.tab, 'key', coalesce(page.last_key, key_before)));
      end if;
    end loop;
    return json_build_object('tables', tables, 'bytes', used, 'next', null);
  end $$`;

/** Exports of a room in pages, however many rows name the user. */
export function exportsOf(room: string): Constructor<Migration> {
  const name = `${room.charAt(0).toUpperCase()}${room.slice(1)}Exports`;
  const named = {
    [name]: class extends Migration {
      override up(): void {
        this.addSql(exportPage(room));
        this.addSql(`revoke execute on function ${room}.export_page from public`);
        this.addSql(`do $$ begin execute format('grant execute on function ${room}.export_page to %I', current_database() || '_${room}'); end $$`);
      }
    },
  };
  return named[name]!;
}
