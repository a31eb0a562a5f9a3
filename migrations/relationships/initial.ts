import { Migration } from '@mikro-orm/migrations';
import { grantTo, plumbing } from '../plumbing.js';
import { LOCK_USERS, PREPARE_FACTS, PREPARE_REGISTRATIONS, REFUSE_LOOPS } from './loop-rule.js';

export class RelationshipsInitial extends Migration {
  override up(): void {
    for (const sql of [...plumbing('relationships'), ...STATEMENTS]) this.addSql(sql);
  }
}

const STATEMENTS: string[] = [
  `create table relationships.referral (
     id uuid primary key,
     referrer_id text not null,
     referee_id text not null,
     code_id uuid not null,
     code_type text not null,
     source_app_id text,
     stage text not null default 'registered' check (stage in ('registered', 'activated', 'qualified', 'retained')),
     registered_at timestamptz not null,
     arrived_at timestamptz not null,
     activated_at timestamptz,
     qualified_at timestamptz,
     qualifying_payment_id text,
     retained_at timestamptz,
     converted_at timestamptz,
     credited_at timestamptz,
     first_use_at timestamptz,
     first_trial_at timestamptz,
     first_activity_at timestamptz,
     first_use_by_app json not null default '{}',
     told_apps text[] not null default '{}',
     fraud_score int,
     fraud_signals json not null default '[]',
     is_flagged boolean not null default false,
     assessment_sequence int not null default 0,
     sequence int not null default 1,
     constraint referral_referee_id_unique unique (referee_id),
     constraint referral_not_of_oneself check (referrer_id <> referee_id)
   ) with (fillfactor = 80)`,
  'create index referral_referrer_id_arrived_at_id_index on relationships.referral (referrer_id, arrived_at, id)',
  // the daily limit of a campaign counts a crowd; other codes are counted through their referrer, at most twenty a day
  "create index referral_campaign_index on relationships.referral (code_id, arrived_at) where code_type = 'campaign'",
  "create index referral_awaiting_retention_index on relationships.referral (id) where stage = 'qualified'",
  `create table relationships.code_use (
     code_id uuid primary key, uses int not null, max_uses int,
     constraint code_use_within_max check (max_uses is null or uses <= max_uses)) with (fillfactor = 70)`,
  `create table relationships.activity (
     id text primary key, user_id text not null, kind text not null, app_id text, period_days int,
     occurred_at timestamptz not null, recorded_at timestamptz not null)`,
  'create index activity_user_id_occurred_at_index on relationships.activity (user_id, occurred_at)',
  `create table relationships.payment_fact (
     payment_id text primary key, user_id text not null, occurred_at timestamptz not null, revoked boolean not null default false)`,
  'create index payment_fact_user_id_occurred_at_index on relationships.payment_fact (user_id, occurred_at)',
  `create table relationships.user_fact (
     user_id text primary key, fields json not null, sequence int not null, updated_at timestamptz not null) with (fillfactor = 80)`,
  LOCK_USERS,
  PREPARE_FACTS,
  PREPARE_REGISTRATIONS,
  REFUSE_LOOPS,
  `create trigger referral_closes_no_loop after insert on relationships.referral
     referencing new table as added for each statement execute function relationships.refuse_loops()`,
  'alter table relationships.referral enable always trigger referral_closes_no_loop',
  `create function relationships.refuse_change() returns trigger language plpgsql as $$
     begin raise exception 'who referred whom never changes' using errcode = 'restrict_violation'; end $$`,
  `create trigger referral_is_immutable before update of referrer_id, referee_id, code_id, registered_at, arrived_at on relationships.referral
     for each row execute function relationships.refuse_change()`,
  grantTo('relationships', 'select, insert on relationships.referral, relationships.activity'),
  grantTo('relationships', `update (stage, activated_at, qualified_at, qualifying_payment_id, retained_at, converted_at, credited_at, first_use_at,
     first_trial_at, first_activity_at, first_use_by_app, told_apps, fraud_score, fraud_signals, is_flagged, assessment_sequence, sequence)
     on relationships.referral`),
  grantTo('relationships', 'select, insert, update on relationships.code_use, relationships.payment_fact, relationships.user_fact'),
];
