import { ACTIVATED_AT, iso, logged, QUALIFIED_AT, REFERRAL_FACTS, type Plan } from './source.js';

export const fillRelationships = ({ holds, events }: Plan): string[] => [
  `insert into relationships.referral (id, referrer_id, referee_id, code_id, code_type, source_app_id, stage, registered_at, arrived_at, activated_at, qualified_at,
     qualifying_payment_id, told_payment_id, converted_at, credited_at, first_use_at, first_activity_at, first_use_by_app, fraud_score, fraud_signals,
     assessment_sequence, sequence)
   select id, referrer_id, referee_id, code_id, 'auto', 'chat', case when qualifies then 'qualified' when activates then 'activated' else 'registered' end,
     at, at, case when activates then ${ACTIVATED_AT} end, case when qualifies then ${QUALIFIED_AT} end, case when qualifies then 'payment-' || n end,
     case when qualifies then 'payment-' || n end, case when qualifies then ${QUALIFIED_AT} end, case when qualifies then ${QUALIFIED_AT} end,
     case when activates then ${ACTIVATED_AT} end, case when activates then ${ACTIVATED_AT} end,
     case when activates then json_build_object('chat', ${iso(ACTIVATED_AT)}) else '{}' end, ${holds ? 30 : 0},
     ${holds ? `'[{"signal": "same_ip", "weight": 30, "evidence": {}}]'` : `'[]'`}, 1, 1 + activates::int + qualifies::int
   from source order by n`,
  `insert into relationships.activity (id, user_id, kind, app_id, occurred_at, recorded_at)
   select 'use-' || n, referee_id, 'app_used', 'chat', ${ACTIVATED_AT}, ${ACTIVATED_AT} from source where activates order by n`,
  `insert into relationships.payment_fact (payment_id, user_id, occurred_at) select 'payment-' || n, referee_id, ${QUALIFIED_AT} from source where qualifies order by n`,
  ...(events ? EVENTS : []),
];

const of = (kind: string, at: string) => ({ id: `pg_temp.uuid_of(${at}, '${kind}', n)`, at, aggregate: 'id::text' });

const EVENTS = [
  logged('relationships', 'referral.registered', {
    ...of('registered', 'at'), sequence: 1, data: `json_build_object(${REFERRAL_FACTS}, 'codeType', 'auto', 'arrivedAt', ${iso('at')}, 'referrerRegistrationsLastHour', 1, 'context', null)`,
  }),
  logged('relationships', 'referral.activated', {
    ...of('activated', ACTIVATED_AT), sequence: 2, data: `json_build_object(${REFERRAL_FACTS}, 'activatedAt', ${iso(ACTIVATED_AT)})`, where: 'activates',
  }),
  logged('relationships', 'referral.qualified', {
    ...of('qualified', QUALIFIED_AT), sequence: 3, where: 'qualifies',
    data: `json_build_object(${REFERRAL_FACTS}, 'qualifiedAt', ${iso(QUALIFIED_AT)}, 'paymentId', 'payment-' || n, 'firstActivityAt', ${iso(ACTIVATED_AT)})`,
  }),
];
