import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

const ROOM = 'rewards';

/** What Stripe told, by its own ids. Payloads are not kept: they name people. */
export class RewardsStripe extends Migration {
  override up(): void {
    for (const sql of STATEMENTS) this.addSql(sql);
  }
}

const STATEMENTS = [
  // keys: the customer or the payment that it waits for; facts: what it says in our words, until it is applied
  `create table rewards.stripe_event (
     id text primary key, type text not null, status text not null check (status in ('applied', 'ignored', 'waiting')),
     keys text[] not null default '{}', facts json, received_at timestamptz not null,
     check ((status = 'waiting') = (facts is not null)))`,
  `create index stripe_event_waiting_index on rewards.stripe_event using gin (keys) where status = 'waiting'`,
  // told_at: when the host said so; null: an event did
  'create table rewards.stripe_customer (customer_id text primary key, user_id text not null, told_at timestamptz)',
  'create index stripe_customer_user_id_index on rewards.stripe_customer (user_id)',
  // invoice, payment intent, charge: all ids under which one payment is told
  'create table rewards.stripe_payment (reference text primary key, payment_id text not null)',
  grantTo(ROOM, 'select, insert, update on rewards.stripe_event, rewards.stripe_customer'),
  grantTo(ROOM, 'select, insert on rewards.stripe_payment'),
];
