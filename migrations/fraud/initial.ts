import { Migration } from '@mikro-orm/migrations';
import { grantTo, plumbing } from '../plumbing.js';
import { OBSERVE } from './observe.js';

export class FraudInitial extends Migration {
  override up(): void {
    for (const sql of [...plumbing('fraud'), ...STATEMENTS]) this.addSql(sql);
  }
}

const STATEMENTS: string[] = [
  // one key per day of real time; the private half is gone after 14 days, the row stays to say so
  `create table fraud.sealing_key (
     key_id text primary key, day date not null unique, public_key text not null, private_key text,
     made_at timestamptz not null default clock_timestamp(), destroyed_at timestamptz,
     check ((private_key is null) = (destroyed_at is not null)))`,
  `create table fraud.account (
     user_id text primary key, created_at timestamptz, sequence int not null) with (fillfactor = 90)`,
  // a user was seen with a value on a day: first and last sighting are all that windows of whole days need to be exact
  `create table fraud.fact (
     user_id text not null, hash bytea not null, day date not null,
     kind text not null check (kind in ('ip4', 'ip6_64', 'ip6_56', 'ip6_48', 'device')), key_id text not null,
     first_seen_at timestamptz not null, last_seen_at timestamptz not null check (last_seen_at >= first_seen_at),
     primary key (user_id, hash, day)) with (fillfactor = 90)`,
  'create index fact_day_index on fraud.fact using brin (day)',
  // one row per referral: what its sign-up left as hashes, what is known of its qualification, and its newest score
  `create table fraud.assessment (
     referral_id uuid primary key, referrer_id text not null, referee_id text not null, code_id uuid not null, source_app_id text,
     registered_at timestamptz not null,
     registration_seen boolean not null, ip_hash bytea, device_hash bytea, notes text[] not null default '{}',
     payment_id text, qualified_at timestamptz, first_activity_at timestamptz, qualification_sequence int not null default 0,
     sequence int not null default 0 check (sequence >= 0), score int check (score between 0 and 100), signals json not null default '[]',
     assessed_payment_id text, programme_version int, assessed_at timestamptz,
     check ((sequence = 0) = (score is null))) with (fillfactor = 70)`,
  'create index assessment_referee_index on fraud.assessment (referee_id)',
  'create index assessment_ip_index on fraud.assessment (referrer_id, ip_hash) where ip_hash is not null',
  'create index assessment_device_index on fraud.assessment (referrer_id, device_hash) where device_hash is not null',
  OBSERVE,
  grantTo('fraud', 'select, insert, update on fraud.sealing_key, fraud.account, fraud.fact, fraud.assessment'),
  grantTo('fraud', 'delete on fraud.fact'),
];
