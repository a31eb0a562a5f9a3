/**
 * Stores what a batch of events tells, and answers with every referral whose assessment it may change: those that it
 * names, and those whose referrer turns out to have been seen with the sign-up's address or device, however late we
 * hear of it. Locking the users first makes one of two batches that belong together see what the other has written;
 * each statement in here reads afresh.
 */
export const OBSERVE = `create function fraud.observe(batch json, window_days int)
  returns table (
    "referralId" uuid, "referrerId" text, "refereeId" text, "codeId" uuid, "sourceAppId" text, "registeredAt" timestamptz,
    "paymentId" text, "assessedPaymentId" text, sequence int, signals json, sightings json)
  language plpgsql as $$
  #variable_conflict use_column
  begin
    perform pg_advisory_xact_lock(users.key) from (
      select distinct common.lock_key('fraud', named.user_id) as key from (
        select f."userId" as user_id from json_to_recordset(batch -> 'facts') as f("userId" text)
        union all
        select r."referrerId" from json_to_recordset(batch -> 'registrations') as r("referrerId" text)
        union all
        select q."referrerId" from json_to_recordset(batch -> 'qualifications') as q("referrerId" text)) named
      order by 1) users;

    insert into fraud.fact as known (user_id, hash, day, kind, key_id, first_seen_at, last_seen_at)
    select f."userId", f.hash, (f."seenAt" at time zone 'utc')::date, min(f.kind), min(f."keyId"), min(f."seenAt"), max(f."seenAt")
    from json_to_recordset(batch -> 'facts') as f("userId" text, hash bytea, kind text, "keyId" text, "seenAt" timestamptz)
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (user_id, hash, day) do update
      set first_seen_at = least(known.first_seen_at, excluded.first_seen_at), last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)
      where excluded.first_seen_at < known.first_seen_at or excluded.last_seen_at > known.last_seen_at;

    insert into fraud.assessment as known (
      referral_id, referrer_id, referee_id, code_id, source_app_id, registered_at, registration_seen, ip_hash, device_hash, notes)
    select r."referralId", r."referrerId", r."refereeId", r."codeId", r."sourceAppId", r."registeredAt", true, r."ipHash", r."deviceHash", r.notes
    from json_to_recordset(batch -> 'registrations') as r(
      "referralId" uuid, "referrerId" text, "refereeId" text, "codeId" uuid, "sourceAppId" text, "registeredAt" timestamptz,
      "ipHash" bytea, "deviceHash" bytea, notes text[])
    order by 1
    on conflict (referral_id) do update
      set registration_seen = true, ip_hash = excluded.ip_hash, device_hash = excluded.device_hash, notes = excluded.notes
      where not known.registration_seen;

    insert into fraud.assessment as known (
      referral_id, referrer_id, referee_id, code_id, source_app_id, registered_at, registration_seen,
      payment_id, qualified_at, first_activity_at, qualification_sequence)
    select q."referralId", q."referrerId", q."refereeId", q."codeId", q."sourceAppId", q."registeredAt", false,
      q."paymentId", q."qualifiedAt", q."firstActivityAt", q.sequence
    from json_to_recordset(batch -> 'qualifications') as q(
      "referralId" uuid, "referrerId" text, "refereeId" text, "codeId" uuid, "sourceAppId" text, "registeredAt" timestamptz,
      "paymentId" text, "qualifiedAt" timestamptz, "firstActivityAt" timestamptz, sequence int)
    order by 1
    on conflict (referral_id) do update
      set payment_id = excluded.payment_id, qualified_at = excluded.qualified_at, first_activity_at = excluded.first_activity_at,
        qualification_sequence = excluded.qualification_sequence
      where excluded.qualification_sequence > known.qualification_sequence;

    return query
    with touched as (
      select r."referralId" as id from json_to_recordset(batch -> 'registrations') as r("referralId" uuid)
      union
      select q."referralId" from json_to_recordset(batch -> 'qualifications') as q("referralId" uuid)
      union
      select a.referral_id
      from json_to_recordset(batch -> 'facts') as f("userId" text, hash bytea, "seenAt" timestamptz)
        join fraud.assessment a on a.referrer_id = f."userId" and a.ip_hash = f.hash
      where f."seenAt" between a.registered_at - make_interval(days => window_days) and a.registered_at
      union
      select a.referral_id
      from json_to_recordset(batch -> 'facts') as f("userId" text, hash bytea, "seenAt" timestamptz)
        join fraud.assessment a on a.referrer_id = f."userId" and a.device_hash = f.hash
      where f."seenAt" between a.registered_at - make_interval(days => window_days) and a.registered_at)
    select a.referral_id, a.referrer_id, a.referee_id, a.code_id, a.source_app_id, a.registered_at,
      a.payment_id, a.assessed_payment_id, a.sequence, a.signals, (
        select coalesce(json_agg(json_build_object(
          'kind', case when f.hash = a.device_hash then 'device' else 'ip' end,
          'firstSeenAt', f.first_seen_at, 'lastSeenAt', f.last_seen_at) order by f.day), '[]')
        from fraud.fact f
        where f.user_id = a.referrer_id and f.hash in (a.ip_hash, a.device_hash)
          and f.day between ((a.registered_at - make_interval(days => window_days)) at time zone 'utc')::date and (a.registered_at at time zone 'utc')::date)
    from touched join fraud.assessment a on a.referral_id = touched.id
    where a.registration_seen;
  end $$`;
