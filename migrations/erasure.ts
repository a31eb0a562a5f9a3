/** Columns that hold the host's id of a user; whatever table a room adds, its users are found by these names. */
export const USER_COLUMNS = "('user_id', 'referrer_id', 'referee_id', 'owner_id', 'aggregate_id', 'subject')";
/** Whose rows are no part of what a room knows of a user: they repeat it, or are the machinery's. */
export const PLUMBING = "('outbox', 'outbox_unsent', 'inbox', 'idempotency', 'dead_letter', 'migration')";

/** Read from the catalogue itself, for the views of `information_schema` take longer than all that is looked up by them. */
export const COLUMNS = (schema: string, where: string): string => `
  select c.table_name as tab, c.column_name as col, c.data_type as kind from (
    select p.relname::text as table_name, a.attname::text as column_name, format_type(a.atttypid, null) as data_type
    from pg_class p join pg_attribute a on a.attrelid = p.oid
    where p.relnamespace = '${schema}'::regnamespace and p.relkind in ('r', 'p') and not p.relispartition and a.attnum > 0 and not a.attisdropped) c
  where ${where} order by 1, 2`;

/**
 * In JSON, what stands under a name that says it is a user: the id is replaced there and nowhere else, so that a user who
 * is called like a unit or an app changes nothing but what is his. What an event tells of the person beside it goes too.
 */
export const PSEUDONYMISE = [
  `create function common.pseudonymise(body text, raw text, pseudonym text) returns text language sql immutable parallel safe as $$
     select regexp_replace(body,
       '("(?:userId|referrerId|refereeId|ownerId|aggregateId|subject|user_id|referrer_id|referee_id)"\\s*:\\s*)'
         || regexp_replace(to_json(raw)::text, '([][\\\\.^$*+?(){}|])', '\\\\\\1', 'g') || '(?=\\s*[,}])',
       '\\1' || replace(to_json(pseudonym)::text, '\\', '\\\\'), 'g') $$`,
  `create function common.without_person(body json) returns json language sql immutable parallel safe as $$
     select case
       when body -> 'data' is null then body
       else jsonb_set(body::jsonb, '{data}', (body::jsonb -> 'data') - array['displayName', 'stripeCustomerId', 'sealedEmail', 'locale', 'context', 'title', 'text']
         || case when body ->> 'type' = 'user.updated'
              then '{"displayName": null, "stripeCustomerId": null, "sealedEmail": null, "locale": null}'::jsonb else '{}'::jsonb end
         || case when body ->> 'type' = 'activity.observed' then '{"context": {"sealed": "erased"}}'::jsonb else '{}'::jsonb end
         || case when body ->> 'type' = 'referral.registered' then '{"context": null}'::jsonb else '{}'::jsonb end)::json end $$`,
];

/** Every row that names a user, by table; partitions are found through the table that they are part of. */
export const exportUser = (schema: string): string => `create or replace function ${schema}.export_user(raw text, most int) returns json language plpgsql stable security definer set search_path = ${schema}, pg_temp as $$
     declare found_table record; rows jsonb; result jsonb := '{}';
     begin
       for found_table in
         select tab, string_agg(format('t.%I = $1', col), ' or ' order by col) as is_of from (
           ${COLUMNS(schema, `c.column_name in ${USER_COLUMNS} and c.data_type = 'text' and c.table_name not in ${PLUMBING}`)}) named
         group by tab order by tab loop
         execute format('select jsonb_agg(to_jsonb(t)) from (select * from ${schema}.%I t where %s limit $2) t', found_table.tab, found_table.is_of)
           into rows using raw, most;
         if rows is not null then result := result || jsonb_build_object(found_table.tab, rows); end if;
       end loop;
       return result;
     end $$`;

/**
 * Two functions of a room that run under its owner's rights: `erase_user` puts a pseudonym in a user's place in every
 * table of the room, event log and audit log included, and `export_user` gives every row that names the user.
 * @param first what is the room's own to do before, with `raw` and `pseudonym` at hand
 */
export const erasure = (schema: string, first: string[] = []): string[] => [
  `create function ${schema}.erase_user(raw text, pseudonym text) returns int language plpgsql security definer set search_path = ${schema}, pg_temp as $$
     declare found_column record; changed int; total int := 0;
     begin
       if pseudonym !~ '^erased:[0-9a-f-]{36}$' or raw like 'erased:%' then raise exception 'no pseudonym' using errcode = 'invalid_parameter_value'; end if;
       ${first.map((statement) => `${statement};`).join('\n       ')}
       update ${schema}.outbox set body = common.without_person(body)
         where body -> 'data' ->> 'userId' = raw or body -> 'data' ->> 'refereeId' = raw;
       update ${schema}.dead_letter set body = common.without_person(body)
         where body -> 'data' ->> 'userId' = raw or body -> 'data' ->> 'refereeId' = raw;
       for found_column in ${COLUMNS(schema, `(c.column_name in ${USER_COLUMNS} and c.data_type = 'text' or c.data_type in ('json', 'jsonb'))`)} loop
         if found_column.kind = 'text' then
           execute format('update ${schema}.%I set %I = $2 where %I = $1', found_column.tab, found_column.col, found_column.col) using raw, pseudonym;
         else
           execute format('update ${schema}.%1$I set %2$I = common.pseudonymise(%2$I::text, $1, $2)::%3$s where position(to_json($1)::text in %2$I::text) > 0
             and common.pseudonymise(%2$I::text, $1, $2) <> %2$I::text', found_column.tab, found_column.col, found_column.kind) using raw, pseudonym;
         end if;
         get diagnostics changed = row_count;
         total := total + changed;
       end loop;
       return total;
     end $$`,
  exportUser(schema),
  `revoke execute on function ${schema}.erase_user, ${schema}.export_user from public`,
  `do $$ begin execute format('grant execute on function ${schema}.erase_user, ${schema}.export_user to %I', current_database() || '_${schema}'); end $$`,
];
