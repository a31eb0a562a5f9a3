import { BONUSES, bonusId, isHeld, userOf } from './bonuses.js';
import type { Filling } from './fill-tables.js';
import { ACTIVATED, QUALIFIED, REGISTERED, type Plan } from './source.js';

export const fillInsights = ({ holds }: Plan): Filling[] => [
  { table: 'insights.bonus', statements: BONUSES.map((bonus) => {
    const { party, event, unit, amount, moment: { at }, where } = bonus;
    const held = isHeld(bonus, holds);
    const [reason, until] = held ? [`'score'`, `${at} + interval '48 hours'`] : ['null', 'null::timestamptz'];
    return `insert into insights.bonus (id, referral_id, user_id, party, event, unit, amount, status, sequence, hold_reason, hold_until, held_at, paid_at, told)
      select ${bonusId(bonus)}, id, ${userOf(bonus)}, '${party}', '${event}', '${unit}', ${amount}, '${held ? 'held' : 'paid'}', 1, ${reason}, ${until},
        ${held ? at : 'null'}, ${held ? 'null' : at},
        jsonb_build_object('1', jsonb_build_object('kind', '${held ? 'held' : 'paid'}', 'amount', ${amount}, 'reason', ${reason}, 'until', ${until}, 'at', ${at}))
      from generated where ${where}`;
  }) },
  { table: 'insights.stage', statements: [`insert into insights.stage (referral_id, stage, trigger, at, sequence)
   select id, stage, trigger, at, sequence from generated cross join lateral (values ('registered', '', ${REGISTERED.at}, 1, true), ('activated', '', ${ACTIVATED.at}, 2, activates),
     ('qualified', payment_id, ${QUALIFIED.at}, 3, qualifies)) as s (stage, trigger, at, sequence, is_so)
   where is_so`] },
  { table: 'insights.referral', statements: [
    `insert into insights.referral (id, referrer_id, referee_id, source_app_id, registered_at, activated_at, qualified_at, paid_at, last_paid_at)
     select id, referrer_id, referee_id, 'chat', registered_at, case when activates then ${ACTIVATED.at} end, case when qualifies then ${QUALIFIED.at} end,
       case when qualifies then qualified_at end, case when qualifies then qualified_at end from generated`] },
  { table: 'insights.payment', statements: [`insert into insights.payment (id, user_id, kind, amount, currency, occurred_at)
   select payment_id, referee_id, 'topup', 1000, 'EUR', qualified_at from generated where qualifies`] },
];

/** Once all facts are there. */
export const SUMS: Filling[] = [
  { table: 'insights.standing', statements: ['insert into insights.standing select period, user_id, sum(qualified), sum(credits) from insights.standing_fact group by period, user_id'] },
  { table: 'insights.funnel', statements: ['insert into insights.funnel select stage, count(*) from insights.funnel_fact group by stage'] },
  { table: 'insights.daily', statements: [`insert into insights.daily select day, app_id, sum(registrations), sum(activations), sum(qualifications), sum(retentions),
     sum(credits_paid), sum(credits_held), sum(fraud_blocked) from insights.daily_fact group by day, app_id`] },
];
