import { Migration } from '@mikro-orm/migrations';
import { grantTo, plumbing } from '../plumbing.js';

export class NotificationsInitial extends Migration {
  override up(): void {
    for (const sql of [...plumbing('notifications'), ...WEBHOOKS, ...NOTICES]) this.addSql(sql);
  }
}

const WEBHOOKS: string[] = [
  // a secret is derived from a key outside of the database, the id and the version: no row can give it away
  `create table notifications.endpoint (
     id uuid primary key, url text not null, events text[], is_active boolean not null default true, disabled_reason text,
     secret_version int not null default 1, previous_secret_until timestamptz, secret_made_at timestamptz not null,
     failing_since timestamptz, sequence int not null default 0, created_at timestamptz not null, deleted_at timestamptz) with (fillfactor = 70)`,
  'create table notifications.webhook_event (id uuid primary key, type text not null, body text not null)',
  // due_at is real time: when somebody may try (again). Who tries moves it on first, so that a killed sender's turn comes round
  `create table notifications.delivery (
     id uuid primary key, endpoint_id uuid not null references notifications.endpoint, event_id uuid not null references notifications.webhook_event,
     status text not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
     attempts int not null default 0, due_at timestamptz, last_status int, last_error text, last_attempt_at timestamptz,
     give_up_at timestamptz not null, created_at timestamptz not null, delivered_at timestamptz,
     unique (endpoint_id, event_id), check ((status = 'pending') = (due_at is not null))) with (fillfactor = 70)`,
  "create index delivery_due_index on notifications.delivery (endpoint_id, due_at) where status = 'pending'",
  'create index delivery_endpoint_id_id_index on notifications.delivery (endpoint_id, id)',
  grantTo('notifications', 'select, insert, update on notifications.endpoint, notifications.webhook_event'),
  grantTo('notifications', 'select, insert, update, delete on notifications.delivery'),
];

/** What a message needs, whichever of it comes first; a notice waits until everything is known, and is told once. */
const NOTICES: string[] = [
  `create table notifications.person (user_id text primary key, short_name text, locale text, sequence bigint not null) with (fillfactor = 80)`,
  `create table notifications.referral (
     referee_id text primary key, id uuid not null, referrer_id text not null, registered_at timestamptz not null, has_paid boolean not null default false)`,
  'create index referral_who_paid_index on notifications.referral (referrer_id) where has_paid',
  `create table notifications.payment (
     id text primary key, user_id text not null, amount bigint not null, currency text not null, period_days int, occurred_at timestamptz not null)`,
  'create index payment_user_id_index on notifications.payment (user_id)',
  `create table notifications.notice (
     key text primary key, kind text not null check (kind in ('registration', 'trial', 'payment')), referee_id text, payment_id text,
     details json not null, told_at timestamptz)`,
  'create index notice_waiting_referee_index on notifications.notice (referee_id) where told_at is null',
  'create index notice_waiting_payment_index on notifications.notice (payment_id) where told_at is null',
  grantTo('notifications', 'select, insert, update on notifications.person, notifications.referral, notifications.payment, notifications.notice'),
];
