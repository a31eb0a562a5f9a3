import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

const ROOM = 'rewards';

/** Subscriptions, and paid access as a list of grants. */
export class RewardsAccess extends Migration {
  override up(): void {
    for (const sql of STATEMENTS) this.addSql(sql);
  }
}

const STATUS = `check (status in ('trialing', 'active', 'past_due', 'canceled', 'unpaid'))`;

/** Which of the two reports counts that were made for the same instant: the one that says more of the end. */
const RANK = `create function rewards.subscription_rank(status text) returns int language sql immutable parallel safe as
  $$ select array_position(array['trialing', 'active', 'past_due', 'unpaid', 'canceled'], status) $$`;

const STATEMENTS = [
  `insert into rewards.account (unit, kind) values ('access_days', 'programme')`,
  'create index if not exists referral_referee_id_index on rewards.referral (referee_id)',
  'create index if not exists payment_user_id_index on rewards.payment (user_id)',
  // source: the payment provider's id of the subscription; empty for what the host tells itself
  `create table rewards.subscription (
     user_id text, source text, plan text, status text not null ${STATUS},
     started_at timestamptz not null, expires_at timestamptz, occurred_at timestamptz not null,
     primary key (user_id, source)) with (fillfactor = 80)`,
  // every report once: when a paid plan was active, in whatever order that was told
  `create table rewards.subscription_report (
     user_id text, source text, occurred_at timestamptz, status text ${STATUS}, plan text,
     primary key (user_id, source, occurred_at, status))`,
  RANK,
  // of a user with several, the one that opens most
  `create view rewards.current_subscription as
     select distinct on (user_id) * from rewards.subscription
     order by user_id, (status in ('active', 'past_due', 'trialing') and (expires_at is null or expires_at > common.now())) desc,
       (status <> 'trialing') desc, occurred_at desc, source`,
  `create table rewards.access_grant (
     id uuid primary key default rewards.uuid_v7(), user_id text not null, days int not null check (days > 0),
     valid_from timestamptz not null, valid_until timestamptz not null check (valid_until >= valid_from),
     bonus_id uuid unique, operator_grant_id text unique, reason text, created_at timestamptz not null,
     check ((bonus_id is null) <> (operator_grant_id is null))) with (fillfactor = 90)`,
  'create index access_grant_user_id_index on rewards.access_grant (user_id, valid_until)',
  grantTo(ROOM, 'select, insert, update on rewards.subscription, rewards.access_grant'),
  grantTo(ROOM, 'select, insert on rewards.subscription_report'),
  grantTo(ROOM, 'select on rewards.current_subscription'),
  // one user's list is extended and cut by one transaction at a time
  `create function rewards.lock_access(for_user text) returns void language sql as
     $$ select pg_advisory_xact_lock(common.lock_key('access', for_user)) $$`,
  // a grant begins at max(now, end of the last), and is told
  `create function rewards.extend_access(for_user text, grant_days int, of_bonus uuid, of_grant text, why text) returns void language plpgsql as $$
     declare granted rewards.access_grant; event_id uuid := rewards.uuid_v7(); instant text := 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'; position int;
     begin
       perform rewards.lock_access(for_user);
       insert into rewards.access_grant (user_id, days, valid_from, valid_until, bonus_id, operator_grant_id, reason, created_at)
         select for_user, grant_days, start, start + grant_days * interval '24 hours', of_bonus, of_grant, why, common.now()
         from (select greatest(common.now(), max(g.valid_until)) as start from rewards.access_grant g where g.user_id = for_user) s
         returning * into granted;
       select count(*) into position from rewards.access_grant g where g.user_id = for_user;
       insert into rewards.outbox (id, type, aggregate_id, body) values (event_id, 'access.extended', for_user, json_build_object(
         'id', event_id, 'type', 'access.extended', 'occurredAt', to_char(granted.created_at at time zone 'utc', instant), 'version', 1,
         'aggregateId', for_user, 'sequence', position, 'data', json_build_object('grantId', granted.id, 'userId', for_user, 'days', grant_days,
           'from', to_char(granted.valid_from at time zone 'utc', instant), 'until', to_char(granted.valid_until at time zone 'utc', instant),
           'source', case when of_bonus is null then 'operator' else 'referral' end, 'bonusId', of_bonus)));
       insert into rewards.outbox_unsent (id) values (event_id);
     end $$`,
  // whoever pays a bonus of access days, at booking, by time or by a person, extends the access with it
  `create function rewards.extend_access_by_bonus() returns trigger language plpgsql as $$
     begin
       if not exists (select from rewards.access_grant g where g.bonus_id = new.id) then
         perform rewards.extend_access(new.user_id, new.amount::int, new.id, null, null);
       end if;
       return null;
     end $$`,
  `create trigger bonus_extends_access after insert on rewards.bonus
     for each row when (new.family = 'access' and new.status = 'paid') execute function rewards.extend_access_by_bonus()`,
  `create trigger released_bonus_extends_access after update of status on rewards.bonus
     for each row when (new.family = 'access' and new.status = 'paid' and old.status in ('pending', 'held', 'rejected'))
     execute function rewards.extend_access_by_bonus()`,
  // Referrals first, then the referees themselves: a payment and the registration that it waits for see each other, whichever commits first.
  `create function rewards.begin_access(referees text[], free_plans text[]) returns json language plpgsql as $$
     declare ids uuid[]; referrers text[]; users text[]; key bigint;
     begin
       perform from referral r where r.referee_id = any(referees) order by r.id for no key update;
       for key in select distinct common.lock_key('access of referee', u) from unnest(referees) u order by 1 loop
         perform pg_advisory_xact_lock(key);
       end loop;
       select array_agg(r.id) into ids from (
         select r.id from referral r where r.referee_id = any(referees)
           and (exists (select from payment p where p.user_id = r.referee_id and p.status = 'settled' and p.kind <> 'topup')
             or exists (select from subscription_report s where s.user_id = r.referee_id and s.status = 'active'))
           and not exists (select from bonus b where b.referral_id = r.id and b.family = 'access' and b.status <> 'clawed_back')
         order by r.id for no key update) r;
       if ids is null then return null; end if;
       select array_agg(distinct r.referrer_id), array_agg(distinct r.referee_id) || array_agg(distinct r.referrer_id) into referrers, users
         from referral r where r.id = any(ids);
       insert into referrer (user_id) select u from unnest(referrers) u
         where not exists (select from referrer k where k.user_id = u) order by u on conflict do nothing;
       perform from referrer r where r.user_id = any(referrers) order by r.user_id for no key update;
       perform open_accounts(users, 'access_days');
       return json_build_object(
         'referrals', (select json_agg(json_build_object('id', r.id, 'referrerId', r.referrer_id, 'refereeId', r.referee_id, 'registeredAt', r.registered_at,
             'assessments', r.assessments, 'qualifyingPaymentId', r.qualifying_payment_id, 'approvedScore', r.approved_score, 'isRejected', r.is_rejected,
             'payments', (select json_agg(json_build_object('id', p.id, 'kind', p.kind, 'status', p.status, 'occurredAt', p.occurred_at))
               from payment p where p.user_id = r.referee_id),
             'activeSince', (select json_agg(s.occurred_at) from subscription_report s
               where s.user_id = r.referee_id and s.status = 'active' and (s.plan is null or s.plan <> all(free_plans))),
             'revoked', (select json_agg(b.payment_id) from bonus b where b.referral_id = r.id and b.family = 'access' and b.status = 'clawed_back')))
           from referral r where r.id = any(ids)),
         'referrers', (select json_agg(json_build_object('userId', r.user_id, 'qualifiedCount', r.qualified_count, 'claims', r.claims, 'sequence', r.sequence))
           from referrer r where r.user_id = any(referrers)),
         'accounts', (select json_agg(json_build_object('id', a.id, 'userId', a.user_id, 'unit', a.unit, 'kind', a.kind))
           from (select k.* from account k where k.user_id = any(users) union all select k.* from account k where k.user_id is null) as a
           where a.unit = 'access_days'));
     end $$`,
];
