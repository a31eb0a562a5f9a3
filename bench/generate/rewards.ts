import { BONUSES, bonusId, isHeld, TOP_UP, transferId, userOf, type Bonus } from './bonuses.js';
import { iso, logged, QUALIFIED_AT, type Plan } from './source.js';

/** Payments, bonuses, and the ledger; the balances follow by the ledger's own trigger. */
export const fillRewards = ({ holds, events }: Plan): string[] => [
  `insert into rewards.referral (id, referrer_id, referee_id, registered_at, assessments, qualified_at, qualifying_payment_id, qualifications, paying_count)
   select id, referrer_id, referee_id, at, json_build_array(json_build_object('sequence', 1, 'score', ${holds ? 30 : 0}, 'paymentId', case when qualifies then 'payment-' || n end,
       'paidAt', case when qualifies then ${iso(QUALIFIED_AT)} end, 'assessedAt', ${iso('at')})),
     case when qualifies then ${QUALIFIED_AT} end, case when qualifies then 'payment-' || n end,
     case when qualifies then json_build_array(json_build_object('paymentId', 'payment-' || n, 'sequence', 3, 'qualifiedAt', ${iso(QUALIFIED_AT)}, 'retainedAt', null,
       'isRevoked', false)) else '[]' end, qualifies::int
   from source order by n`,
  `insert into rewards.referrer as known (user_id, qualified_count, paid_count)
   select referrer_id, count(*) filter (where qualifies), count(*) filter (where qualifies) from source group by 1 order by 1
   on conflict (user_id) do update set qualified_count = known.qualified_count + excluded.qualified_count, paid_count = known.paid_count + excluded.paid_count`,
  `insert into rewards.payment (id, user_id, kind, amount, currency, status, occurred_at, created_at, referral_id)
   select 'payment-' || n, referee_id, 'topup', ${TOP_UP}, 'EUR', 'settled', ${QUALIFIED_AT}, ${QUALIFIED_AT}, id from source where qualifies order by n`,
  `select rewards.open_accounts(array_agg(distinct u), 'credits') from (select referrer_id as u from source union select referee_id from source) as users`,
  `select rewards.open_unit_accounts(array_agg(referrer_id), array_agg('EUR'::text), true) from source where qualifies having count(*) > 0`,
  ...BONUSES.map((bonus) => booked(bonus, isHeld(bonus, holds))),
  ...BONUSES.map((bonus) => transferred(bonus, isHeld(bonus, holds))),
  ...(events ? [SETTLED, ...BONUSES.map((bonus) => told(bonus, isHeld(bonus, holds)))] : []),
];

const isStage = ({ event }: Bonus): boolean => event !== 'cashback';

function booked(bonus: Bonus, held: boolean): string {
  const { party, event, unit, base, multiplier, amount, at, qualifiedBefore, where } = bonus;
  const isReferrers = party === 'referrer' && isStage(bonus);
  const payment = event === 'qualified' || event === 'cashback' ? `'payment-' || n` : 'null';
  const trigger = event === 'qualified' ? `'qualified:payment-' || n` : event === 'cashback' ? payment : `'${event}'`;
  return `insert into rewards.bonus (id, referral_id, user_id, party, family, event, trigger, payment_id, unit, base, multiplier, amount, tier, level, qualified_count,
      paid_count, programme_version, triggered_at, status, decision, score, hold_reason, hold_until, claim_at, sequence, ledger_entry_ids, created_at, was_paid, held)
    select ${bonusId(bonus)}, id, ${userOf(bonus)}, '${party}', '${isStage(bonus) ? 'stage' : 'cashback'}', '${event}', ${trigger}, ${payment}, '${unit}', ${base}, ${multiplier},
      ${amount}, ${isReferrers ? `'bronze'` : 'null'}, ${isStage(bonus) ? 'null' : '1'}, ${qualifiedBefore}, ${isStage(bonus) ? 'null' : 'paid_before + 1'},
      common.programme_version(), ${at}, '${held ? 'held' : 'paid'}', '${held ? 'hold' : 'pay'}', ${held ? 30 : 0}, ${held ? `'score'` : 'null'},
      ${held ? `${at} + interval '48 hours'` : 'null'}, ${isReferrers ? at : 'null'}, 1, array[${transferId(bonus)}], ${at}, ${!held}, ${held ? amount : 0}
    from source where ${where} order by n`;
}

function transferred(bonus: Bonus, held: boolean): string {
  const { unit, amount, at, where } = bonus;
  return `insert into rewards.transfer (id, debit_account, credit_account, unit, amount, reason, bonus_id, created_at)
    select ${transferId(bonus)}, p.id, a.id, '${unit}', ${amount}, '${held ? 'hold' : 'bonus'}', ${bonusId(bonus)}, ${at}
    from source join rewards.account a on a.user_id = ${userOf(bonus)} and a.unit = '${unit}' and a.kind = '${held ? 'held' : 'available'}'
      cross join (select id from rewards.account where user_id is null and unit = '${unit}' and kind = 'programme') p
    where ${where} order by n`;
}

const SETTLED = logged('rewards', 'payment.settled', {
  id: `pg_temp.uuid_of(${QUALIFIED_AT}, 'settled', n)`, at: QUALIFIED_AT, aggregate: `'payment-' || n`, sequence: 1, where: 'qualifies',
  data: `json_build_object('paymentId', 'payment-' || n, 'userId', referee_id, 'kind', 'topup', 'amount', ${TOP_UP}, 'currency', 'EUR', 'periodDays', null, 'occurredAt', ${iso(QUALIFIED_AT)})`,
});

function told(bonus: Bonus, held: boolean): string {
  const { kind, party, event, unit, amount, at, where } = bonus;
  const hold = held ? `, 'reason', 'score', 'holdUntil', ${iso(`${at} + interval '48 hours'`)}` : '';
  return logged('rewards', held ? 'bonus.held' : 'bonus.paid', {
    id: `pg_temp.uuid_of(${at}, '${kind} told', n)`, at, aggregate: `${bonusId(bonus)}::text`, sequence: 1, where,
    data: `json_build_object('bonusId', ${bonusId(bonus)}, 'referralId', id, 'userId', ${userOf(bonus)}, 'party', '${party}', 'event', '${event}', 'appId', null,
      'unit', '${unit}', 'paymentId', ${event === 'qualified' || event === 'cashback' ? `'payment-' || n` : 'null'}, 'amount', ${amount}${hold})`,
  });
}
