import { forbid, grantTo } from '../plumbing.js';

const ROOM = 'rewards';

/**
 * The books. A transfer takes an amount from the debit account and gives it to the credit account, so all accounts of a
 * unit always add up to 0. The room may only add transfers: the balances beside them follow by trigger, under the owner's
 * rights, and nothing else can change them.
 */
export const LEDGER: string[] = [
  // time-ordered, so that what is written together lies together in the indexes; real time, like every id
  `create function rewards.uuid_v7() returns uuid language sql volatile parallel safe as $$
     select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
       placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid $$`,
  // the programme's own accounts keep no running balance: every transaction would wait for that one row
  `create table rewards.account (
     id uuid primary key default rewards.uuid_v7(),
     user_id text, unit text not null,
     kind text not null check (kind in ('programme', 'spent', 'available', 'held', 'debt')),
     balance bigint,
     constraint account_user_id_unit_kind_unique unique nulls not distinct (user_id, unit, kind),
     check ((user_id is null) = (kind in ('programme', 'spent'))),
     check ((user_id is null) = (balance is null)),
     check (case kind when 'debt' then balance <= 0 else balance >= 0 end)) with (fillfactor = 70)`,
  // no key here points at the accounts: each would lock the programme's row once per transfer; the trigger checks the group at once
  `create table rewards.transfer (
     id uuid primary key default rewards.uuid_v7(),
     debit_account uuid not null, credit_account uuid not null, unit text not null,
     amount bigint not null check (amount between 1 and 9007199254740991),
     reason text not null check (reason in ('bonus', 'hold', 'release', 'void', 'clawback', 'debt', 'debt_repayment', 'debt_write_off',
       'dispute_opened', 'redemption', 'access_granted', 'access_taken_back')),
     bonus_id uuid, reference text, created_at timestamptz not null,
     check (debit_account <> credit_account))`,
  'create index transfer_credit_account_id_index on rewards.transfer (credit_account, id)',
  // what the programme gives is never listed by its debit side
  `create index transfer_debit_account_id_index on rewards.transfer (debit_account, id)
     where reason not in ('bonus', 'hold', 'access_granted', 'debt_write_off')`,
  ...forbid('rewards', 'transfer', 'update or delete or truncate'),
  // a plan made while the table was small would read it whole for every group once it has grown: look accounts up by their key
  `create function rewards.post_transfers() returns trigger language plpgsql security definer set search_path = rewards, pg_temp
     set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
     begin
       if exists (
         select from added t
         left join account d on d.id = t.debit_account and d.unit = t.unit
         left join account c on c.id = t.credit_account and c.unit = t.unit
         where d.id is null or c.id is null) then
         raise exception 'a transfer names two accounts of its unit' using errcode = 'foreign_key_violation';
       end if;
       -- in the order of their ids, whoever comes: two groups with the same accounts never wait for each other in a circle
       perform from account a where a.balance is not null
         and a.id in (select debit_account from added union select credit_account from added)
         order by a.id for no key update;
       update account a set balance = a.balance + moved.amount
       from (select side.account, sum(side.amount)::bigint as amount from added t
             cross join lateral (values (t.debit_account, -t.amount), (t.credit_account, t.amount)) as side (account, amount)
             group by side.account) as moved
       where a.id = moved.account and a.balance is not null and moved.amount <> 0;
       return null;
     end $$`,
  `create trigger transfer_is_posted after insert on rewards.transfer
     referencing new table as added for each statement execute function rewards.post_transfers()`,
  'alter table rewards.transfer enable always trigger transfer_is_posted',
  // accounts are opened at 0, in a fixed order, and only here
  `create function rewards.open_accounts(users text[], in_unit text) returns void language sql security definer
     set search_path = rewards, pg_temp as $$
     insert into account (user_id, unit, kind, balance)
     select u, in_unit, k, 0 from unnest(users) u cross join (values ('available'), ('held')) as kinds (k)
     where not exists (select from account a where a.user_id = u and a.unit = in_unit and a.kind = k)
     order by u, k on conflict do nothing $$`,
  `insert into rewards.account (unit, kind) values ('credits', 'programme')`,
  'revoke execute on function rewards.open_accounts from public',
  grantTo(ROOM, 'execute on function rewards.open_accounts'),
  grantTo(ROOM, 'select on rewards.account'),
  grantTo(ROOM, 'select, insert on rewards.transfer'),
];
