import type { Filling } from './fill-tables.js';
import { ACTIVATED, idAt, logged, QUALIFIED, REFERRAL_FACTS, REGISTERED, type Moment, type Plan } from './source.js';

export const fillRelationships = ({ holds, events }: Plan): Filling[] => [
  ...(events ? [{ table: 'relationships.outbox', statements: EVENTS }] : []),
  // nobody refers anybody here who refers somebody: there is no loop to look for, and no lock to take for each user
  { table: 'relationships.referral', needless: 'referral_closes_no_loop', statements: [`insert into relationships.referral (id, referrer_id, referee_id, code_id, code_type,
     source_app_id, stage, registered_at, arrived_at, activated_at, qualified_at, qualifying_payment_id, told_payment_id, converted_at, credited_at, first_use_at,
     first_activity_at, first_use_by_app, fraud_score, fraud_signals, assessment_sequence, sequence)
   select id, referrer_id, referee_id, code_id, 'auto', 'chat', case when qualifies then 'qualified' when activates then 'activated' else 'registered' end,
     registered_at, registered_at, case when activates then activated_at end, case when qualifies then qualified_at end, case when qualifies then payment_id end,
     case when qualifies then payment_id end, case when qualifies then qualified_at end, case when qualifies then qualified_at end,
     case when activates then activated_at end, case when activates then activated_at end,
     case when activates then json_build_object('chat', activated_iso) else '{}' end, ${holds ? 30 : 0},
     ${holds ? `'[{"signal": "same_ip", "weight": 30, "evidence": {}}]'` : `'[]'`}, 1, 1 + activates::int + qualifies::int
   from generated`] },
  { table: 'relationships.activity', statements: [`insert into relationships.activity (id, user_id, kind, app_id, occurred_at, recorded_at)
   select 'use-' || n, referee_id, 'app_used', 'chat', activated_at, activated_at from generated where activates`] },
  { table: 'relationships.payment_fact', statements: [
    'insert into relationships.payment_fact (payment_id, user_id, occurred_at) select payment_id, referee_id, qualified_at from generated where qualifies'] },
];

const of = (kind: string, moment: Moment) => ({ id: idAt(kind, moment), moment, aggregate: 'id::text' });

const EVENTS = [
  logged('relationships', 'referral.registered', {
    ...of('registered', REGISTERED), sequence: 1,
    data: `json_build_object(${REFERRAL_FACTS}, 'codeType', 'auto', 'arrivedAt', ${REGISTERED.iso}, 'referrerRegistrationsLastHour', 1, 'context', null)`,
  }),
  logged('relationships', 'referral.activated', {
    ...of('activated', ACTIVATED), sequence: 2, data: `json_build_object(${REFERRAL_FACTS}, 'activatedAt', ${ACTIVATED.iso})`, where: 'activates',
  }),
  logged('relationships', 'referral.qualified', {
    ...of('qualified', QUALIFIED), sequence: 3, where: 'qualifies',
    data: `json_build_object(${REFERRAL_FACTS}, 'qualifiedAt', ${QUALIFIED.iso}, 'paymentId', payment_id, 'firstActivityAt', ${ACTIVATED.iso})`,
  }),
];
