import { BONUSES, bonusId, isHeld, userOf } from './bonuses.js';
import { ACTIVATED_AT, QUALIFIED_AT, type Plan } from './source.js';

export const fillInsights = ({ holds }: Plan): string[] => [
  `insert into insights.referral (id, referrer_id, referee_id, source_app_id, registered_at) select id, referrer_id, referee_id, 'chat', at from source order by n`,
  `insert into insights.stage (referral_id, stage, trigger, at)
   select id, stage, trigger, reached from source cross join lateral (
     values ('registered', '', at, true), ('activated', '', ${ACTIVATED_AT}, activates), ('qualified', 'payment-' || n, ${QUALIFIED_AT}, qualifies)) as s (stage, trigger, reached, is_so)
   where is_so order by n`,
  ...BONUSES.map((bonus) => {
    const { party, event, unit, amount, at, where } = bonus;
    const held = isHeld(bonus, holds);
    return `insert into insights.bonus (id, referral_id, user_id, party, event, unit, amount, status, sequence, hold_reason, hold_until, held_at, paid_at)
      select ${bonusId(bonus)}, id, ${userOf(bonus)}, '${party}', '${event}', '${unit}', ${amount}, '${held ? 'held' : 'paid'}', 1, ${held ? `'score'` : 'null'},
        ${held ? `${at} + interval '48 hours'` : 'null'}, ${held ? at : 'null'}, ${held ? 'null' : at} from source where ${where} order by n`;
  }),
  `insert into insights.payment (id, user_id, kind, amount, currency, occurred_at)
   select 'payment-' || n, referee_id, 'topup', 1000, 'EUR', ${QUALIFIED_AT} from source where qualifies order by n`,
];

/** Once, when all facts are there. */
export const SUM_UP: string[] = [
  `insert into insights.daily select day, app_id, sum(registrations), sum(activations), sum(qualifications), sum(retentions), sum(credits_paid), sum(credits_held),
     sum(fraud_blocked) from insights.daily_fact group by day, app_id`,
  'insert into insights.standing select period, user_id, sum(qualified), sum(credits) from insights.standing_fact group by period, user_id',
];
