import { Migration } from '@mikro-orm/migrations';
import { erasure } from '../erasure.js';

export class RewardsErasure extends Migration {
  override up(): void {
    for (const sql of erasure('rewards', FIRST)) this.addSql(sql);
  }
}

const FIRST: string[] = [
  'delete from stripe_customer where user_id = raw',
  // What the user has in hold is rejected, or taken back where a dispute holds what was paid before; what the user owes is written off; all by entries
  // like any other.
  `perform from referrer r where r.user_id = raw for no key update`,
  `with waiting as (
     select b.id, b.held from bonus b where b.user_id = raw and b.status in ('pending', 'held') order by b.id for no key update),
   rejected as (
     update bonus b set hold_reason = null, hold_until = null, held = 0, sequence = b.sequence + 1, ledger_entry_ids = b.ledger_entry_ids || uuid_v7(),
       status = case when not b.was_paid then 'rejected' when b.taken_back + b.held = b.amount then 'clawed_back' else 'paid' end,
       decision = case when b.was_paid then b.decision else 'reject' end, taken_back = case when b.was_paid then b.taken_back + b.held else 0 end
     from waiting w where w.id = b.id returning b.*, w.held as was_held),
   news as materialized (
     select uuid_v7() as event_id, case when r.was_paid then 'bonus.clawed_back' else 'bonus.rejected' end as type, r.* from rejected r),
   told as (
     insert into outbox (id, type, aggregate_id, body)
     select n.event_id, n.type, n.id::text, json_build_object('id', n.event_id, 'type', n.type,
       'occurredAt', to_char(common.now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'version', 1, 'aggregateId', n.id, 'sequence', n.sequence,
       'data', json_build_object('bonusId', n.id, 'referralId', n.referral_id, 'userId', pseudonym, 'party', n.party, 'event', n.event,
         'appId', n.app_id, 'unit', n.unit, 'amount', case when n.was_paid then n.was_held else n.amount end, 'reason', 'erased'))
     from news n returning id),
   unsent as (insert into outbox_unsent (id) select id from told)
   insert into transfer (id, debit_account, credit_account, unit, amount, reason, bonus_id, created_at)
   select r.ledger_entry_ids[cardinality(r.ledger_entry_ids)],
     (select a.id from account a where a.user_id = raw and a.unit = r.unit and a.kind = 'held'),
     (select a.id from account a where a.user_id is null and a.unit = r.unit and a.kind = 'programme'),
     r.unit, r.was_held, case when r.was_paid then 'clawback' else 'void' end, r.id, common.now() from rejected r where r.was_held > 0`,
  `insert into transfer (debit_account, credit_account, unit, amount, reason, reference, created_at)
   select (select p.id from account p where p.user_id is null and p.unit = a.unit and p.kind = 'programme'), a.id, a.unit, -a.balance, 'debt_write_off', pseudonym, common.now()
   from account a where a.user_id = raw and a.kind = 'debt' and a.balance < 0`,
];
