import { BONUSES, bonusId, isHeld, TOP_UP, transferId, userOf, type Bonus } from './bonuses.js';
import type { Filling } from './fill-tables.js';
import { idAt, iso, logged, QUALIFIED, REGISTERED, sharersId, sharersOf, type Plan } from './source.js';

/** Payments, bonuses, and the ledger; balances come last: see `fillAccounts`. */
export const fillRewards = (plan: Plan): Filling[] => [
  ...(plan.events ? [{ table: 'rewards.outbox', statements: [SETTLED, ...BONUSES.map((bonus) => told(bonus, isHeld(bonus, plan.holds)))] }] : []),
  { table: 'rewards.bonus', statements: BONUSES.map((bonus) => booked(bonus, isHeld(bonus, plan.holds))) },
  { table: 'rewards.transfer', needless: 'transfer_is_posted', statements: BONUSES.map((bonus) => transferred(plan, bonus, isHeld(bonus, plan.holds))) },
  { table: 'rewards.referral', statements: [
    `insert into rewards.referral (id, referrer_id, referee_id, registered_at, assessments, qualified_at, qualifying_payment_id, qualifications, paying_count)
     select id, referrer_id, referee_id, registered_at, json_build_array(json_build_object('sequence', 1, 'score', ${plan.holds ? 30 : 0},
         'paymentId', case when qualifies then payment_id end, 'paidAt', case when qualifies then qualified_iso end, 'assessedAt', registered_iso)),
       case when qualifies then qualified_at end, case when qualifies then payment_id end,
       case when qualifies then json_build_array(json_build_object('paymentId', payment_id, 'sequence', 3, 'qualifiedAt', qualified_iso, 'retainedAt', null,
         'isRevoked', false)) else '[]' end, qualifies::int
     from generated`] },
  { table: 'rewards.referrer', statements: [`insert into rewards.referrer (user_id, qualified_count, paid_count)
    select referrer_id, count(*) filter (where qualifies), count(*) filter (where qualifies) from generated group by 1`] },
  { table: 'rewards.payment', statements: [`insert into rewards.payment (id, user_id, kind, amount, currency, status, occurred_at, created_at, referral_id)
    select payment_id, referee_id, 'topup', ${TOP_UP}, 'EUR', 'settled', qualified_at, qualified_at, id from generated where qualifies`] },
];

/** Those of the programme itself, which keep no balance. */
export const ACCOUNTS_OF_EUR = `insert into rewards.account (unit, kind) values ('EUR', 'programme'), ('EUR', 'spent') on conflict do nothing`;

/** Each account with what the transfers gave it; nothing was taken from any. Once the transfers are there. */
export const fillAccounts = (plan: Plan): Filling => ({ table: 'rewards.account', statements: [`insert into rewards.account (id, user_id, unit, kind, balance)
  with given as (select credit_account, sum(amount)::bigint as amount from rewards.transfer group by 1)
  select opened.id, user_id, unit, kind, coalesce(given.amount, 0) from (
    select a.id, referee_id as user_id, 'credits' as unit, a.kind
    from generated cross join lateral (values (${idAt('referee available', REGISTERED)}, 'available'), (${idAt('referee held', REGISTERED)}, 'held')) as a (id, kind)
    union all
    select a.id, 'sharer-' || sharer, a.unit, a.kind
    from generate_series(1, ${sharersOf(plan)}) sharer cross join lateral (values ${SHARERS_ACCOUNTS.map(({ unit, kind, id }) => `(${id(plan)}, '${unit}', '${kind}')`).join(', ')}) as a (id, unit, kind)
    where a.unit = 'credits' or exists (select from rewards.referrer r where r.user_id = 'sharer-' || sharer and r.paid_count > 0)) opened
  left join given on given.credit_account = opened.id`] });

const sharersAccount = (unit: string, kind: string) =>
  ({ unit, kind, id: (plan: Plan, sharer = 'sharer'): string => sharersId(plan, `sharer ${unit} ${kind}`, sharer) });
const SHARERS_ACCOUNTS = [['credits', 'available'], ['credits', 'held'], ['EUR', 'available'], ['EUR', 'held'], ['EUR', 'debt']].map(([unit, kind]) => sharersAccount(unit!, kind!));

const accountOf = (plan: Plan, { party, unit }: Bonus, held: boolean): string => {
  const kind = held ? 'held' : 'available';
  return party === 'referee' ? idAt(`referee ${kind}`, REGISTERED) : sharersAccount(unit, kind).id(plan);
};

const isStage = ({ event }: Bonus): boolean => event !== 'cashback';

function booked(bonus: Bonus, held: boolean): string {
  const { party, event, unit, base, multiplier, amount, moment: { at }, qualifiedBefore, where } = bonus;
  const isReferrers = party === 'referrer' && isStage(bonus);
  const payment = event === 'qualified' || event === 'cashback' ? 'payment_id' : 'null';
  const trigger = event === 'qualified' ? `'qualified:' || payment_id` : event === 'cashback' ? payment : `'${event}'`;
  return `insert into rewards.bonus (id, referral_id, user_id, party, family, event, trigger, payment_id, unit, base, multiplier, amount, tier, level, qualified_count,
      paid_count, programme_version, triggered_at, status, decision, score, hold_reason, hold_until, claim_at, sequence, ledger_entry_ids, created_at, was_paid, held)
    select ${bonusId(bonus)}, id, ${userOf(bonus)}, '${party}', '${isStage(bonus) ? 'stage' : 'cashback'}', '${event}', ${trigger}, ${payment}, '${unit}', ${base}, ${multiplier},
      ${amount}, ${isReferrers ? `'bronze'` : 'null'}, ${isStage(bonus) ? 'null' : '1'}, ${qualifiedBefore}, ${isStage(bonus) ? 'null' : 'paid_before + 1'},
      (select common.programme_version()), ${at}, '${held ? 'held' : 'paid'}', '${held ? 'hold' : 'pay'}', ${held ? 30 : 0}, ${held ? `'score'` : 'null'},
      ${held ? `${at} + interval '48 hours'` : 'null'}, ${isReferrers ? at : 'null'}, 1, array[${transferId(bonus)}], ${at}, ${!held}, ${held ? amount : 0}
    from generated where ${where}`;
}

function transferred(plan: Plan, bonus: Bonus, held: boolean): string {
  const { unit, amount, moment: { at }, where } = bonus;
  return `insert into rewards.transfer (id, debit_account, credit_account, unit, amount, reason, bonus_id, created_at)
    select ${transferId(bonus)}, (select a.id from rewards.account a where a.user_id is null and a.unit = '${unit}' and a.kind = 'programme'), ${accountOf(plan, bonus, held)},
      '${unit}', ${amount}, '${held ? 'hold' : 'bonus'}', ${bonusId(bonus)}, ${at}
    from generated where ${where}`;
}

const SETTLED = logged('rewards', 'payment.settled', {
  id: idAt('settled', QUALIFIED), moment: QUALIFIED, aggregate: 'payment_id', sequence: 1, where: 'qualifies',
  data: `json_build_object('paymentId', payment_id, 'userId', referee_id, 'kind', 'topup', 'amount', ${TOP_UP}, 'currency', 'EUR', 'periodDays', null, 'occurredAt', ${QUALIFIED.iso})`,
});

function told(bonus: Bonus, held: boolean): string {
  const { kind, party, event, unit, amount, moment, where } = bonus;
  const hold = held ? `, 'reason', 'score', 'holdUntil', ${iso(`${moment.at} + interval '48 hours'`)}` : '';
  return logged('rewards', held ? 'bonus.held' : 'bonus.paid', {
    id: idAt(`${kind} told`, moment), moment, aggregate: `${bonusId(bonus)}::text`, sequence: 1, where,
    data: `json_build_object('bonusId', ${bonusId(bonus)}, 'referralId', id, 'userId', ${userOf(bonus)}, 'party', '${party}', 'event', '${event}', 'appId', null,
      'unit', '${unit}', 'paymentId', ${event === 'qualified' || event === 'cashback' ? 'payment_id' : 'null'}, 'amount', ${amount}${hold})`,
  });
}
