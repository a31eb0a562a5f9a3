import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';
import { ACCESS_LOADS } from './access-loads.js';
import { MONEY_LOADS } from './money-loads.js';

const ROOM = 'rewards';

/** Cashback, refunds, disputes, debts, decisions of people, redemptions. */
export class RewardsMoney extends Migration {
  override up(): void {
    for (const sql of [...STATEMENTS, ...MONEY_LOADS, ...ACCESS_LOADS]) this.addSql(sql);
  }
}

const STATEMENTS: string[] = [
  // where the amount lies, see Position in the domain; null for what was booked before there was anything to take back
  `alter table rewards.bonus
     add was_paid boolean not null default false, add held bigint not null default 0 check (held >= 0),
     add taken_back bigint not null default 0 check (taken_back >= 0), add stake bigint not null default 0, add paid_count int,
     add constraint bonus_takes_back_at_most_its_amount check (held + taken_back <= amount)`,
  `update rewards.bonus set was_paid = status = 'paid', taken_back = case when status = 'clawed_back' then amount else 0 end, held = case when status in ('pending', 'held') then amount else 0 end`,
  'create index bonus_payment_id_index on rewards.bonus (payment_id) where payment_id is not null',
  // qualifications: what relationships told of each qualifying payment; decisions: what people decided; paying_count: settled payments that count
  `alter table rewards.referral
     add qualifications json not null default '[]', add decisions json not null default '[]', add paying_count int not null default 0 check (paying_count >= 0)`,
  `update rewards.referral set qualifications = json_build_array(json_build_object(
     'paymentId', qualifying_payment_id, 'sequence', 0, 'qualifiedAt', qualified_at, 'retainedAt', null, 'isRevoked', false)) where qualified_at is not null`,
  'create index if not exists referral_referee_id_index on rewards.referral (referee_id)',
  'alter table rewards.referrer add paid_count int not null default 0 check (paid_count >= 0)',
  // referral_id: the referral that it was applied to; returned: what went back; at_stake: what else would if its open disputes were lost
  `alter table rewards.payment
     add referral_id uuid, add returned bigint not null default 0, add at_stake bigint not null default 0, add returned_at timestamptz,
     add is_revoked boolean not null default false, add sequence int not null default 1,
     add check (returned between 0 and amount), add check (at_stake between 0 and amount)`,
  'create index if not exists payment_user_id_index on rewards.payment (user_id)',
  // a cumulative figure is what the provider says has gone back so far, this time included
  `create table rewards.refund (
     id text primary key, payment_id text not null, amount bigint not null check (amount between 1 and 9007199254740991),
     is_cumulative boolean not null, occurred_at timestamptz not null, applied_amount bigint, created_at timestamptz not null)`,
  'create index refund_payment_id_index on rewards.refund (payment_id)',
  `create table rewards.dispute_report (
     dispute_id text, payment_id text not null, status text not null check (status in ('opened', 'won', 'lost')),
     amount bigint check (amount between 1 and 9007199254740991), occurred_at timestamptz, created_at timestamptz not null,
     primary key (dispute_id, status, occurred_at))`,
  'create index dispute_report_payment_id_index on rewards.dispute_report (payment_id)',
  `create table rewards.redemption (
     id text primary key, user_id text not null, unit text not null, amount bigint not null check (amount between 1 and 9007199254740991),
     reason text, created_at timestamptz not null)`,
  // accounts of users in units, one line each, the programme's own beside them; debts where something may be taken back
  `create function rewards.open_unit_accounts(users text[], units text[], with_debt boolean) returns void language sql security definer
     set search_path = rewards, pg_temp as $$
     insert into account (user_id, unit, kind, balance)
     select null, n.unit, k, null from (select distinct u as unit from unnest(units) u) n cross join (values ('programme'), ('spent')) as kinds (k)
     where not exists (select from account a where a.user_id is null and a.unit = n.unit and a.kind = k)
     order by n.unit, k on conflict do nothing;
     insert into account (user_id, unit, kind, balance)
     select n.user_id, n.unit, k, 0 from (select distinct u.user_id, u.unit from unnest(users, units) as u (user_id, unit)) n
       cross join (values ('available'), ('held'), ('debt')) as kinds (k)
     where (with_debt or k <> 'debt') and not exists (select from account a where a.user_id = n.user_id and a.unit = n.unit and a.kind = k)
     order by n.user_id, n.unit, k on conflict do nothing $$`,
  // the room may not even lock what it may not change
  `create function rewards.lock_accounts(users text[]) returns void language plpgsql security definer set search_path = rewards, pg_temp as $$
     begin perform from account a where a.user_id = any(users) order by a.id for no key update; end $$`,
  'revoke execute on function rewards.open_unit_accounts, rewards.lock_accounts from public',
  grantTo(ROOM, 'execute on function rewards.open_unit_accounts, rewards.lock_accounts'),
  grantTo(ROOM, 'select, insert, update on rewards.refund'),
  grantTo(ROOM, 'select, insert on rewards.dispute_report, rewards.redemption'),
];
