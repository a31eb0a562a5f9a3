import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

/** Users tied by devices and addresses, as a job finds them. No fingerprint is in here: a shared value is a number. */
export class FraudRings extends Migration {
  override up(): void {
    for (const sql of STATEMENTS) this.addSql(sql);
  }
}

const STATEMENTS = [
  // who was seen with a value that others were seen with; the facts are gone through slice by slice
  `create table fraud.tie (
     slice int not null, value bigint not null, kind text not null check (kind in ('device', 'address')), key_id text not null, user_id text not null,
     first_seen_at timestamptz not null, last_seen_at timestamptz not null, primary key (slice, value, user_id))`,
  `create table fraud.ring (
     id uuid primary key, size int not null check (size >= 2), devices int not null, addresses int not null, evidence json not null,
     referrals int not null default 0, highest_score int, found_at timestamptz not null)`,
  'create index ring_size_index on fraud.ring (size, id)',
  `create table fraud.ring_member (
     ring_id uuid not null references fraud.ring (id) on delete cascade, user_id text not null, primary key (ring_id, user_id))`,
  'create index ring_member_user_index on fraud.ring_member (user_id)',
  grantTo('fraud', 'select, insert, update, delete on fraud.tie, fraud.ring, fraud.ring_member'),
];
