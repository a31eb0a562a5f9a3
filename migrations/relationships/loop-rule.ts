/**
 * No interleaving of registrations may close a cycle. The rule, sound at READ COMMITTED:
 *
 * 1. Every registration locks its referee and its referrer, in one order, until it commits. A referee who has no
 *    referees of their own cannot close a cycle, because a cycle needs a way from somebody below back up to them.
 * 2. A referee who has referees takes one lock more, the same for all, and walks up from the referrer.
 *
 * Locks come before the reading, in statements of their own: inside a volatile function each statement sees what was
 * committed before it began, so what a lock waited for is seen.
 */

/** Locks users in one order whoever asks, and so never deadlocks; `shared` lets others register with the same referrer. */
export const LOCK_USERS = `create function relationships.lock_users(exclusive_ids text[], shared_ids text[]) returns void language plpgsql as $$
  declare wanted record;
  begin
    for wanted in
      select key, bool_or(exclusive) as exclusive from (
        select common.lock_key('user', id) as key, true as exclusive from unnest(exclusive_ids) id
        union all select common.lock_key('user', id), false from unnest(shared_ids) id) lock
      group by key order by key
    loop
      if wanted.exclusive then perform pg_advisory_xact_lock(wanted.key);
      else perform pg_advisory_xact_lock_shared(wanted.key);
      end if;
    end loop;
  end $$`;

/**
 * Locks what a list of registrations touches, then tells all that deciding them needs.
 * Items: {refereeId, ownerId, codeId, isCampaign, isCounted}, `isCounted` where a limit of the code needs an exact count.
 */
export const PREPARE_REGISTRATIONS = `create function relationships.prepare_registrations(list json, day_ago timestamptz, hour_ago timestamptz)
  returns json language plpgsql as $$
  declare
    referees text[]; owners text[]; crowd_owners text[]; all_owners text[]; walks boolean; parents json; key bigint;
  begin
    select array_agg(distinct "refereeId"), array_agg(distinct "ownerId"), array_agg(distinct "ownerId") filter (where not "isCampaign"),
           array_agg(distinct "ownerId") filter (where "isCampaign")
      into referees, all_owners, owners, crowd_owners
      from json_to_recordset(list) as t("refereeId" text, "ownerId" text, "isCampaign" boolean);
    perform relationships.lock_users(referees || owners, crowd_owners);
    for key in
      select distinct common.lock_key('code', "codeId"::text)
      from json_to_recordset(list) as t("codeId" uuid, "isCounted" boolean) where "isCounted" order by 1
    loop
      perform pg_advisory_xact_lock(key);
    end loop;

    walks := all_owners && referees or exists (select from unnest(referees) as u(user_id) join relationships.referral r on r.referrer_id = u.user_id);
    if walks then
      perform pg_advisory_xact_lock(common.lock_key('walk', ''));
      with recursive up as (
        select u.user_id from unnest(all_owners) as u(user_id)
        union select r.referrer_id from up join relationships.referral r on r.referee_id = up.user_id)
      select json_object_agg(r.referee_id, r.referrer_id) into parents from up join relationships.referral r on r.referee_id = up.user_id;
    end if;

    return json_build_object(
      'parents', coalesce(parents, '{}'),
      'referrals', (select coalesce(json_agg(r), '[]') from relationships.referral r where r.referee_id = any(referees)),
      'referrers', (select coalesce(json_agg(json_build_object('id', u.user_id, 'day', n.day, 'hour', n.hour)), '[]')
         from unnest(owners) as u(user_id) cross join lateral (
           select count(*) as day, count(*) filter (where r.arrived_at > hour_ago) as hour from relationships.referral r
           where r.referrer_id = u.user_id and r.arrived_at > day_ago and r.code_type <> 'campaign') n),
      'codes', (select coalesce(json_agg(json_build_object('id', c."codeId", 'day', n.day,
           'uses', coalesce((select uses from relationships.code_use where code_id = c."codeId"), 0))), '[]')
         from (select distinct "codeId", "ownerId", "isCampaign", "isCounted"
               from json_to_recordset(list) as t("codeId" uuid, "ownerId" text, "isCampaign" boolean, "isCounted" boolean)) c
         cross join lateral (
           select count(*) as day from relationships.referral r
           where c."isCampaign" and c."isCounted" and r.code_id = c."codeId" and r.code_type = 'campaign' and r.arrived_at > day_ago
           union all
           select count(*) from relationships.referral r
           where not c."isCampaign" and r.referrer_id = c."ownerId" and r.code_id = c."codeId" and r.arrived_at > day_ago
           order by 1 desc limit 1) n),
      'withFacts', (select coalesce(json_agg(u.user_id), '[]') from unnest(referees) as u(user_id)
         where exists (select from relationships.activity a where a.user_id = u.user_id)
            or exists (select from relationships.payment_fact p where p.user_id = u.user_id)),
      'paid', (select coalesce(json_agg(u.user_id), '[]') from unnest(referees) as u(user_id)
         where exists (select from relationships.payment_fact p where p.user_id = u.user_id)));
  end $$`;

/** The last word, which no code path can skip: the same locks, and a walk for every new referee who has referees. */
export const REFUSE_LOOPS = `create function relationships.refuse_loops() returns trigger language plpgsql as $$
  begin
    perform relationships.lock_users((select array_agg(referee_id) from added), (select array_agg(referrer_id) from added));
    if exists (select from added a join relationships.referral r on r.referrer_id = a.referee_id) then
      perform pg_advisory_xact_lock(common.lock_key('walk', ''));
      if exists (
        with recursive up as (
          select a.referee_id as start, a.referrer_id as user_id from added a
          where exists (select from relationships.referral r where r.referrer_id = a.referee_id)
          union select up.start, r.referrer_id from up join relationships.referral r on r.referee_id = up.user_id)
        select from up where user_id = start)
      then raise exception 'referral_loop' using errcode = 'check_violation';
      end if;
    end if;
    return null;
  end $$`;

/** For facts about users: locks the users, then tells their referrals and payments, and what is stored under these ids. */
export const PREPARE_FACTS = `create function relationships.prepare_facts(users text[], activities text[], payments text[]) returns json language plpgsql as $$
  begin
    perform relationships.lock_users(users, null);
    return json_build_object(
      'activities', (select coalesce(json_agg(a), '[]') from relationships.activity a where a.id = any(activities)),
      'referrals', (select coalesce(json_agg(r), '[]') from relationships.referral r where r.referee_id = any(users)),
      'payments', (select coalesce(json_agg(p), '[]') from relationships.payment_fact p where p.user_id = any(users) or p.payment_id = any(payments)));
  end $$`;
