import { FIRST_ID } from '@referrals/persistence';

/**
 * One comparison that must find nothing. The statement takes the last subject seen (null at first) and how many rows to look at; it gives
 * one row for each row looked at that differs, and the last subject looked at in all of them, so that the next page begins there.
 */
export interface Check {
  name: string;
  /** rows to look at, by a text `subject` in order: `select … as subject, … as expected, … as found` */
  rows: string;
}

const AFTER = `id > coalesce($1::text, '${FIRST_ID}')::uuid`;
const text = (expression: string): string => `coalesce(${expression}, 0)::text`;

export const CHECKS: Check[] = [
  {
    // the reasons are those of the index: with them the programme gives, and only it
    name: 'balance_is_ledger',
    rows: `select a.id::text as subject, ${text('moved.amount')} as expected, ${text('a.balance')} as found
      from (select id, user_id, unit, balance from rewards.account where balance is not null and ${AFTER} order by id limit $2) a
      cross join lateral (select
        coalesce((select sum(amount) from rewards.transfer t where t.credit_account = a.id), 0)
        - coalesce((select sum(amount) from rewards.transfer t where t.debit_account = a.id
          and t.reason not in ('bonus', 'hold', 'access_granted', 'debt_write_off')), 0) as amount) moved`,
  },
  {
    name: 'bonus_is_referral',
    // what is kept of a difference names nobody: erasure would not find them there
    rows: `select b.id::text as subject, b.party as expected,
        case when b.user_id = case b.party when 'referrer' then r.referrer_id else r.referee_id end then b.party else 'somebody else' end as found
      from (select id, referral_id, party, user_id from rewards.bonus where family <> 'batch' and ${AFTER} order by id limit $2) b
      left join relationships.referral r on r.id = b.referral_id`,
  },
  {
    name: 'referral_has_its_bonuses',
    rows: `select r.id::text as subject, 'the same two' as expected,
        case when k.id is null then null when (k.referrer_id, k.referee_id) = (r.referrer_id, r.referee_id) then 'the same two' else 'others' end as found
      from (select id, referrer_id, referee_id from relationships.referral where ${AFTER} order by id limit $2) r
      left join rewards.referral k on k.id = r.id`,
  },
  {
    name: 'uses_are_referrals',
    rows: `select c.id::text as subject, ${text('u.uses')} as expected, ${text('c.uses_count')} as found
      from (select id, uses_count from codes.code where ${AFTER} order by id limit $2) c
      left join relationships.code_use u on u.code_id = c.id`,
  },
  {
    // a bonus in dispute may hold a part of its amount
    name: 'held_is_open_bonuses',
    rows: `select a.id::text as subject, ${text('b.amount')} as expected, ${text('a.balance')} as found
      from (select id, user_id, unit, balance from rewards.account where kind = 'held' and ${AFTER} order by id limit $2) a
      cross join lateral (select sum(held) as amount from rewards.bonus b where b.user_id = a.user_id and b.unit = a.unit) b`,
  },
];
