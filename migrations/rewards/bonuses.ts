import { grantTo } from '../plumbing.js';

const ROOM = 'rewards';

export const BONUSES: string[] = [
  // the room's copy: made by whichever event of the referral comes first, for every event carries the facts
  `create table rewards.referral (
     id uuid primary key, referrer_id text not null, referee_id text not null, registered_at timestamptz not null,
     assessments json not null default '[]',
     qualified_at timestamptz, qualifying_payment_id text,
     approved_score int check (approved_score between 0 and 100), is_rejected boolean not null default false,
     check ((qualified_at is null) = (qualifying_payment_id is null))) with (fillfactor = 70)`,
  // claims: when the last bonuses took their places in the sliding day; sequence counts the changes of the tier
  `create table rewards.referrer (
     user_id text primary key, qualified_count int not null default 0 check (qualified_count >= 0),
     claims timestamptz[] not null default '{}', sequence int not null default 0) with (fillfactor = 60)`,
  // the unique constraint is the grant key: what it names is paid at most once, for ever
  `create table rewards.bonus (
     id uuid primary key, referral_id uuid not null,
     user_id text not null, party text not null check (party in ('referrer', 'referee')),
     family text not null check (family in ('stage', 'access', 'cashback', 'batch')),
     event text not null, trigger text not null, payment_id text, app_id text,
     unit text not null, base bigint not null, multiplier int not null, amount bigint not null check (amount >= 0),
     tier text, level int, qualified_count int, programme_version int not null,
     triggered_at timestamptz not null,
     status text not null check (status in ('pending', 'paid', 'held', 'rejected', 'clawed_back')),
     decision text not null check (decision in ('pending', 'pay', 'hold', 'review', 'reject')),
     score int, hold_reason text check (hold_reason in ('assessment', 'score', 'review', 'claim_limit', 'dispute')),
     hold_until timestamptz, claim_at timestamptz,
     sequence int not null default 0, ledger_entry_ids uuid[] not null default '{}',
     created_at timestamptz not null, released_at timestamptz,
     constraint bonus_grant_key unique nulls not distinct (referral_id, family, trigger, party, app_id),
     check ((status in ('pending', 'held')) = (hold_reason is not null)),
     check (hold_until is null or status = 'held')) with (fillfactor = 80)`,
  'create index bonus_user_id_id_index on rewards.bonus (user_id, id)',
  // only what time will release is in it: what waits for a person has no hold_until
  'create index bonus_due_index on rewards.bonus (hold_until) where hold_until is not null',
  // content as first told; a failed attempt that settled later keeps when it failed
  `create table rewards.payment (
     id text primary key, user_id text not null, kind text not null check (kind in ('topup', 'purchase', 'renewal')),
     amount bigint not null check (amount between 1 and 9007199254740991), currency text not null,
     status text not null check (status in ('settled', 'failed')), period_days int,
     occurred_at timestamptz not null, failed_at timestamptz, created_at timestamptz not null) with (fillfactor = 90)`,
  grantTo(ROOM, 'select, insert, update on rewards.referral, rewards.referrer, rewards.bonus, rewards.payment'),
];
