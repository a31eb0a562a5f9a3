import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

/**
 * Releases held bonuses whose time has come by sets: those that go to the balance as they are. What a debt, a dispute or something taken back
 * concerns is left for the room to decide one by one. Locks come in the order of every command: bonuses, accounts, and then a fresh look.
 */
export class RewardsRelease extends Migration {
  override up(): void {
    this.addSql(`create function rewards.release_due(in_limit int, at timestamptz) returns int language plpgsql as $$
     declare ids uuid[]; users text[]; released int; instant text := to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
     begin
       select array_agg(b.id), array_agg(distinct b.user_id) into ids, users from (
         select b.id, b.user_id from bonus b
         where b.hold_until is not null and b.hold_until <= at and b.status = 'held' and b.held = b.amount - b.taken_back and b.held > 0 and b.stake = 0 and not b.was_paid
           and not exists (select from account d where d.user_id = b.user_id and d.unit = b.unit and d.kind = 'debt' and d.balance < 0)
         order by b.hold_until limit in_limit for no key update skip locked) b;
       if ids is null then return 0; end if;
       perform lock_accounts(users);
       with
         due as (
           select b.id, b.held, b.unit, h.id as held_account, a.id as available_account, uuid_v7() as transfer_id, uuid_v7() as event_id
           from bonus b
           cross join lateral (select k.id from account k where k.user_id = b.user_id and k.unit = b.unit and k.kind = 'held' offset 0) h
           cross join lateral (select k.id from account k where k.user_id = b.user_id and k.unit = b.unit and k.kind = 'available' offset 0) a
           where b.id = any(ids)
             and not exists (select from account d where d.user_id = b.user_id and d.unit = b.unit and d.kind = 'debt' and d.balance < 0)),
         moved as (
           insert into transfer (id, debit_account, credit_account, unit, amount, reason, bonus_id, created_at)
           select transfer_id, held_account, available_account, unit, held, 'release', id, at from due),
         paid as (
           update bonus b set status = 'paid', hold_reason = null, hold_until = null, was_paid = true, held = 0, released_at = at,
             ledger_entry_ids = b.ledger_entry_ids || due.transfer_id, sequence = b.sequence + 1
           from due where b.id = due.id
           returning b.id, due.event_id, b.sequence, b.referral_id, b.user_id, b.party, b.event, b.app_id, b.unit, b.payment_id, b.amount - b.taken_back as amount),
         unsent as (insert into outbox_unsent (id) select event_id from paid),
         told as (
           insert into outbox (id, type, aggregate_id, body)
           select event_id, 'bonus.released', id, json_build_object(
             'id', event_id, 'type', 'bonus.released', 'occurredAt', instant, 'version', 1, 'aggregateId', id, 'sequence', sequence,
             'data', json_build_object('bonusId', id, 'referralId', referral_id, 'userId', user_id, 'party', party, 'event', event, 'appId', app_id,
               'unit', unit, 'paymentId', payment_id, 'amount', amount))
           from paid)
       select count(*) into released from paid;
       return released;
     end $$`);
    this.addSql('revoke execute on function rewards.release_due from public');
    this.addSql(grantTo('rewards', 'execute on function rewards.release_due'));
  }
}
