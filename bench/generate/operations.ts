import type { Filling } from './fill-tables.js';

/**
 * What operators see beside the referrals themselves: reviews for two of five, deliveries of webhooks, what was done. Once all referrals are there; the
 * second list once the first one is.
 */
export const OPERATIONS: Filling[][] = [
  [
    { table: 'fraud.review', statements: [
      `insert into fraud.review (id, referral_id, referrer_id, referee_id, code_id, source_app_id, registered_at, score, peak_score, signals, priority, status,
         created_at, decided_at, decided_by, alerted_at)
       select rewards.uuid_v7(), r.id, r.referrer_id, r.referee_id, r.code_id, r.source_app_id, r.registered_at, 65, 65,
         '[{"signal": "same_ip", "weight": 30, "evidence": {}}]', (array['medium', 'high', 'critical'])[1 + n % 3],
         case when n % 10 = 0 then 'pending' when n % 10 = 1 then 'approved' else 'lapsed' end,
         r.registered_at, case when n % 10 = 1 then r.registered_at end, case when n % 10 = 1 then 'somebody' end, r.registered_at
       from (select *, row_number() over (order by id) as n from relationships.referral) r where n % 5 < 2`] },
    { table: 'fraud.user_note', statements: [`insert into fraud.user_note (id, user_id, actor, body, created_at)
      select rewards.uuid_v7(), referrer_id, 'somebody', 'a note', registered_at from relationships.referral`] },
    { table: 'rewards.audit', statements: [`insert into rewards.audit (id, actor, action, subject, created_at)
      select rewards.uuid_v7(), 'somebody', 'access.granted', referee_id, registered_at from relationships.referral`] },
    { table: 'rewards.dead_letter', statements: [`insert into rewards.dead_letter (event_id, type, body, error, attempts, created_at)
      select id, 'referral.registered', '{}', 'an error', 10, registered_at from relationships.referral`] },
    { table: 'notifications.webhook_event', statements: [
      `insert into notifications.webhook_event (id, type, body) select id, 'referral.registered', '{}' from relationships.referral`] },
    { table: 'notifications.endpoint', statements: [
      `insert into notifications.endpoint (id, url, secret_made_at, created_at) select rewards.uuid_v7(), 'https://example.com/hooks', common.now(), common.now()`] },
  ],
  [
    { table: 'notifications.delivery', statements: [`insert into notifications.delivery (id, endpoint_id, event_id, status, attempts, give_up_at, created_at, delivered_at)
      select rewards.uuid_v7(), e.id, r.id, case when random() < 0.0001 then 'failed' else 'delivered' end, 1, r.registered_at, r.registered_at, r.registered_at
      from relationships.referral r cross join notifications.endpoint e`] },
  ],
];

/** What is held at present, to be released during the next two days or by people: one bonus for fifty referrals. Rewards, where jobs would release them, has none of it. */
export const HELD_NOW = `insert into insights.bonus (id, referral_id, user_id, party, event, unit, amount, status, sequence, hold_reason, hold_until, held_at)
  select rewards.uuid_v7(), id, referrer_id, 'referrer', 'registered', 'credits', 5, 'held', 1, case when n % 10 = 0 then 'review' else 'score' end,
    case when n % 10 > 0 then common.now() + interval '1 second' * (n % 172800) end, common.now()
  from (select id, referrer_id, row_number() over () as n from relationships.referral limit (select count(*) / 50 from relationships.referral)) r`;
