import { Migration } from '@mikro-orm/migrations';
import { forbid, grantTo } from '../plumbing.js';
import { OBSERVE_ALL } from './observe-all.js';

export class FraudSignals extends Migration {
  override up(): void {
    for (const sql of [...FACTS, ...PATTERNS, ...REVIEWS, OBSERVE_ALL, ...ERASURE]) this.addSql(sql);
  }
}

const FACTS = [
  'drop function fraud.observe(json, int)',
  // how a sign-up was seen under the key before the newest, too, while both are in force
  `alter table fraud.assessment add previous_ip_hash bytea, add previous_device_hash bytea, add address_type text,
     add recent_registrations int not null default 0, add matches uuid[] not null default '{}'`,
  `create index assessment_matches_index on fraud.assessment using gin (matches) where matches <> '{}'`,
  'create index assessment_referrer_index on fraud.assessment (referrer_id, registered_at)',
  'create index assessment_look_up_index on fraud.assessment (code_id, ip_hash) where ip_hash is not null',
  // who else was seen with a value
  'create index fact_hash_index on fraud.fact (hash, user_id)',
  // the bare one is the mailbox without the digits of its local part, where enough of it remains
  `create table fraud.mailbox (
     user_id text not null, hash bytea not null, bare_hash bytea, key_id text not null, domain text not null, is_disposable boolean not null,
     last_seen_at timestamptz not null, primary key (user_id, hash)) with (fillfactor = 90)`,
  'create index mailbox_hash_index on fraud.mailbox (hash)',
  'create index mailbox_bare_hash_index on fraud.mailbox (bare_hash) where bare_hash is not null',
  'create table fraud.look_up (code_id uuid not null, hash bytea not null, first_at timestamptz not null, primary key (code_id, hash))',
  // what a new pattern can look back at: sealed, and unreadable once its key is destroyed
  `create table fraud.box (referral_id uuid primary key, box text not null, received_at timestamptz not null default clock_timestamp())`,
  'create index box_received_index on fraud.box using brin (received_at)',
  grantTo('fraud', 'select, insert, update, delete on fraud.mailbox, fraud.look_up, fraud.box'),
];

const PATTERNS = [
  `create table fraud.pattern (
     id uuid primary key, pattern_type text not null check (pattern_type in ('email_domain', 'ip_range', 'device_pattern')),
     pattern_value text not null, network cidr, severity text not null check (severity in ('low', 'medium', 'high', 'critical')),
     score_impact int not null check (score_impact between 1 and 100), description text, is_active boolean not null,
     created_by text not null, created_at timestamptz not null, updated_at timestamptz not null,
     check ((pattern_type = 'ip_range') = (network is not null)))`,
  'create index pattern_network_index on fraud.pattern using gist (network inet_ops) where network is not null',
  `create table fraud.shared_network (
     id uuid primary key, network cidr not null unique, description text, created_by text not null, created_at timestamptz not null)`,
  'create index shared_network_index on fraud.shared_network using gist (network inet_ops)',
  grantTo('fraud', 'select, insert, update, delete on fraud.pattern, fraud.shared_network'),
];

const REVIEWS = [
  `create table fraud.review (
     id uuid primary key, referral_id uuid not null, referrer_id text not null, referee_id text not null, code_id uuid not null, source_app_id text,
     registered_at timestamptz not null, score int not null, peak_score int not null check (peak_score >= score),
     signals json not null, priority text not null check (priority in ('medium', 'high', 'critical')),
     status text not null check (status in ('pending', 'approved', 'rejected', 'escalated', 'lapsed')),
     assignee text, notes text, created_at timestamptz not null, lapses_at timestamptz, decided_at timestamptz, decided_by text,
     alerted_at timestamptz, sequence int not null default 1,
     check ((status in ('approved', 'rejected')) = (decided_by is not null))) with (fillfactor = 80)`,
  // one at a time: a decided one stays, and only a higher score opens another
  `create unique index review_open_unique on fraud.review (referral_id) where status in ('pending', 'escalated')`,
  'create index review_referral_index on fraud.review (referral_id, id)',
  'create index review_queue_index on fraud.review (status, priority, id)',
  `create index review_lapse_index on fraud.review (lapses_at) where status = 'pending' and lapses_at is not null`,
  `create index review_alert_index on fraud.review (created_at) where status in ('pending', 'escalated') and alerted_at is null`,
  `create table fraud.review_entry (
     id uuid primary key, review_id uuid not null references fraud.review (id), kind text not null, actor text not null, body json not null, at timestamptz not null)`,
  'create index review_entry_index on fraud.review_entry (review_id, id)',
  grantTo('fraud', 'select, insert, update on fraud.review'),
  grantTo('fraud', 'select, insert on fraud.review_entry'),
  // no update either, for want of the right; an erasure changes the names in it, under the owner's
  ...forbid('fraud', 'review_entry', 'delete or truncate'),
];

/** By whom an erasure finds reviews. */
const ERASURE = [
  'create index review_referrer_index on fraud.review (referrer_id)',
  'create index review_referee_index on fraud.review (referee_id)',
];
