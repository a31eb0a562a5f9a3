import { Migration } from '@mikro-orm/migrations';
import { grantTo, plumbing } from '../plumbing.js';

export class GatewayInitial extends Migration {
  override up(): void {
    for (const sql of [...plumbing('gateway'), ...STATEMENTS]) this.addSql(sql);
  }
}

const STATEMENTS = [
  // keys live in real time: a test clock neither ends nor revives one
  `create table gateway.api_key (
     id uuid primary key,
     secret_hash bytea not null check (length(secret_hash) = 32),
     scope text not null check (scope in ('admin', 'service', 'publishable')),
     label text,
     created_at timestamptz not null default clock_timestamp(),
     expires_at timestamptz,
     last_used_at timestamptz) with (fillfactor = 70)`,
  grantTo('gateway', 'select, insert, update, delete on gateway.api_key'),
  // the public half of fraud's newest key: the gateway seals with it while fraud is down
  `create table gateway.sealing_key (
     only_row boolean primary key default true check (only_row),
     key_id text not null, public_key text not null, fetched_at timestamptz not null)`,
  grantTo('gateway', 'select, insert, update on gateway.sealing_key'),
];
