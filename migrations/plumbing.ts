/**
 * The tables every room has beside its own: outbox, inbox, idempotency, dead letters and audit. The room's role may do
 * to them what the plumbing does and no more; the event log and the audit log only grow.
 */
export const plumbing = (schema: string): string[] => [
  grantTo(schema, `usage on schema ${schema}`),
  grantTo(schema, 'usage on schema common'),
  `create table ${schema}.outbox (
     id uuid primary key, type text not null, aggregate_id text not null, body json not null,
     recorded_at timestamptz not null default clock_timestamp())`,
  `create table ${schema}.outbox_unsent (id uuid primary key) with (autovacuum_vacuum_scale_factor = 0.05)`,
  `create table ${schema}.inbox (event_id uuid primary key, received_at timestamptz not null default clock_timestamp())`,
  `create table ${schema}.idempotency (
     key text primary key, body_hash text not null, answer json not null,
     created_at timestamptz not null default clock_timestamp())`,
  `create table ${schema}.dead_letter (
     event_id uuid primary key, type text not null, body json not null, error text not null, attempts int not null,
     created_at timestamptz not null, redriven_at timestamptz)`,
  `create table ${schema}.audit (
     id uuid primary key, actor text not null, action text not null, subject text not null,
     before json, after json, created_at timestamptz not null)`,
  grantTo(schema, `select, insert on ${schema}.outbox, ${schema}.audit, ${schema}.inbox`),
  grantTo(schema, `delete on ${schema}.inbox`),
  grantTo(schema, `select, insert, update, delete on ${schema}.outbox_unsent`),
  grantTo(schema, `select, insert, delete on ${schema}.idempotency`),
  grantTo(schema, `select, insert, update on ${schema}.dead_letter`),
];

/** A grant to the room's role, whose name carries the database's: roles belong to the whole server. */
export const grantTo = (room: string, what: string): string =>
  `do $$ begin execute format('grant ${what.replaceAll("'", "''")} to %I', current_database() || '_${room}'); end $$`;

/** Refuses what the word names to everybody, the owner and replication sessions included. */
export const forbid = (schema: string, table: string, operations: string): string[] => [
  `create trigger ${table}_is_append_only before ${operations} on ${schema}.${table}
     for each statement execute function common.refuse()`,
  `alter table ${schema}.${table} enable always trigger ${table}_is_append_only`,
];
