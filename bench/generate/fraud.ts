import type { Filling } from './fill-tables.js';
import { idAt, logged, REFERRAL_FACTS, REGISTERED, type Plan } from './source.js';

const hash = (kind: string): string => `decode(md5('${kind}' || n) || md5(n || '${kind}'), 'hex')`;

/** A score for each, and what the sign-up left, as long as facts are kept: addresses and devices are nobody else's. */
export const fillFraud = ({ holds, events }: Plan): Filling[] => [
  { table: 'fraud.assessment', statements: [`insert into fraud.assessment (referral_id, referrer_id, referee_id, code_id, source_app_id, registered_at, registration_seen,
     ip_hash, device_hash, payment_id, qualified_at, qualification_sequence, sequence, score, signals, assessed_payment_id, programme_version, assessed_at)
   select id, referrer_id, referee_id, code_id, 'chat', registered_at, true, case when is_young then ${hash('ip')} end, case when is_young then ${hash('device')} end,
     case when qualifies then payment_id end, case when qualifies then qualified_at end, case when qualifies then 3 else 0 end,
     1, ${holds ? 30 : 0}, ${holds ? `'[{"signal": "same_ip", "weight": 30, "evidence": {}}]'` : `'[]'`},
     case when qualifies then payment_id end, (select common.programme_version()), registered_at
   from generated cross join lateral (select registered_at > (select common.now()) - interval '90 days' as is_young) age`] },
  { table: 'fraud.fact', statements: [`insert into fraud.fact (user_id, hash, day, kind, key_id, first_seen_at, last_seen_at)
   select referee_id, seen.hash, (registered_at at time zone 'utc')::date, seen.kind, 'generated', registered_at, registered_at
   from generated cross join lateral (values ('ip4', ${hash('ip')}), ('device', ${hash('device')})) as seen (kind, hash)
   where registered_at > (select common.now()) - interval '90 days'`] },
  ...(events ? [{ table: 'fraud.outbox', statements: [logged('fraud', 'referral.assessed', {
    id: idAt('assessed', REGISTERED), moment: REGISTERED, aggregate: 'id::text', sequence: 1,
    data: `json_build_object(${REFERRAL_FACTS}, 'score', ${holds ? 30 : 0}, 'signals', '[]'::json, 'paymentId', null, 'stage', 'registered', 'assessedAt', ${REGISTERED.iso})`,
  })] }] : []),
];
