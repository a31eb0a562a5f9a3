/**
 * Stores what a batch of events tells, and answers with every referral whose assessment it may change and with all that
 * scoring it needs: one round trip. Users are locked first, then the referrals themselves, so that of two batches that
 * belong together the later one sees what the earlier has written; each statement in here reads afresh.
 * An address of a sign-up comes along in the clear, is compared with networks, and is stored nowhere; what stays of it for
 * ever is `addressGroup`, by which the referees of one referrer are told apart, and whether the referrer had used it.
 * `rules`: {windowDays, rapidSeconds, newAccountDays}
 */
export const OBSERVE_ADDRESSES = `create function fraud.observe(batch json, rules json)
  returns table (
    "referralId" uuid, "referrerId" text, "refereeId" text, "codeId" uuid, "sourceAppId" text, "registeredAt" timestamptz,
    "addressGroup" text, "isSharedAddress" boolean, "paymentId" text, "assessedPaymentId" text, sequence int, score int, signals json, facts json, patterns json, review json)
  language plpgsql as $$
  #variable_conflict use_column
  declare
    window_days int := rules ->> 'windowDays';
    rapid interval := make_interval(secs => (rules ->> 'rapidSeconds')::int);
    new_account interval := make_interval(days => (rules ->> 'newAccountDays')::int);
    touched uuid[];
  begin
    perform pg_advisory_xact_lock(users.key) from (
      select distinct common.lock_key('fraud', named.user_id) as key from (
        select t."userId" as user_id from json_to_recordset(batch -> 'facts') as t("userId" text)
        union all
        select t."userId" from json_to_recordset(batch -> 'mailboxes') as t("userId" text)
        union all
        select t."userId" from json_to_recordset(batch -> 'accounts') as t("userId" text)
        union all
        select unnest(array[t."referrerId", t."refereeId"]) from json_to_recordset(batch -> 'registrations') as t("referrerId" text, "refereeId" text)
        union all
        select t."referrerId" from json_to_recordset(batch -> 'qualifications') as t("referrerId" text)) named
      order by 1) users;

    insert into fraud.fact as known (user_id, hash, day, kind, key_id, first_seen_at, last_seen_at)
    select f."userId", f.hash, (f."seenAt" at time zone 'utc')::date, min(f.kind), min(f."keyId"), min(f."seenAt"), max(f."seenAt")
    from json_to_recordset(batch -> 'facts') as f("userId" text, hash bytea, kind text, "keyId" text, "seenAt" timestamptz)
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (user_id, hash, day) do update
      set first_seen_at = least(known.first_seen_at, excluded.first_seen_at), last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)
      where excluded.first_seen_at < known.first_seen_at or excluded.last_seen_at > known.last_seen_at;

    insert into fraud.mailbox as known (user_id, hash, bare_hash, key_id, domain, is_disposable, last_seen_at)
    select distinct on (1, 2) m."userId", m.hash, m."bareHash", m."keyId", m.domain, m."isDisposable", m."seenAt"
    from json_to_recordset(batch -> 'mailboxes') as m(
      "userId" text, hash bytea, "bareHash" bytea, "keyId" text, domain text, "isDisposable" boolean, "seenAt" timestamptz)
    order by 1, 2, m."seenAt" desc
    on conflict (user_id, hash) do update set last_seen_at = excluded.last_seen_at, is_disposable = excluded.is_disposable
      where excluded.last_seen_at > known.last_seen_at;

    insert into fraud.account as known (user_id, created_at, sequence)
    select distinct on (1) a."userId", a."createdAt", a.sequence
    from json_to_recordset(batch -> 'accounts') as a("userId" text, "createdAt" timestamptz, sequence int)
    order by 1, a.sequence desc
    on conflict (user_id) do update set created_at = excluded.created_at, sequence = excluded.sequence
      where excluded.sequence > known.sequence;

    insert into fraud.look_up as known (code_id, hash, first_at)
    select l."codeId", l.hash, min(l.at) from json_to_recordset(batch -> 'lookUps') as l("codeId" uuid, hash bytea, at timestamptz)
    group by 1, 2 order by 1, 2
    on conflict (code_id, hash) do update set first_at = excluded.first_at where excluded.first_at < known.first_at;

    insert into fraud.assessment as known (
      referral_id, referrer_id, referee_id, code_id, source_app_id, registered_at, registration_seen, ip_hash, previous_ip_hash,
      device_hash, previous_device_hash, address_group, notes, address_type, recent_registrations, matches)
    select r."referralId", r."referrerId", r."refereeId", r."codeId", r."sourceAppId", r."registeredAt", true, r."ipHash", r."previousIpHash",
      r."deviceHash", r."previousDeviceHash", r."addressGroup", r.notes, r."addressType", r."recentRegistrations",
      r.matches || array(select p.id from fraud.pattern p where p.network >>= r.ip) || array(select n.id from fraud.shared_network n where n.network >>= r.ip)
    from json_to_recordset(batch -> 'registrations') as r(
      "referralId" uuid, "referrerId" text, "refereeId" text, "codeId" uuid, "sourceAppId" text, "registeredAt" timestamptz,
      "ipHash" bytea, "previousIpHash" bytea, "deviceHash" bytea, "previousDeviceHash" bytea, "addressGroup" text, notes text[],
      "addressType" text, "recentRegistrations" int, matches uuid[], ip inet)
    order by 1
    on conflict (referral_id) do update
      set registration_seen = true, ip_hash = excluded.ip_hash, previous_ip_hash = excluded.previous_ip_hash, device_hash = excluded.device_hash,
        previous_device_hash = excluded.previous_device_hash, address_group = excluded.address_group, notes = excluded.notes, address_type = excluded.address_type,
        recent_registrations = excluded.recent_registrations, matches = excluded.matches
      where not known.registration_seen;

    insert into fraud.box (referral_id, box)
    select r."referralId", r.box from json_to_recordset(batch -> 'registrations') as r("referralId" uuid, box text)
    where r.box is not null order by 1 on conflict do nothing;

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

    touched := array(
      select r."referralId" from json_to_recordset(batch -> 'registrations') as r("referralId" uuid)
      union
      select q."referralId" from json_to_recordset(batch -> 'qualifications') as q("referralId" uuid)
      union
      select r."referralId" from json_to_recordset(batch -> 'rescored') as r("referralId" uuid)
      union
      select a.referral_id
      from json_to_recordset(batch -> 'facts') as f("userId" text, hash bytea, "seenAt" timestamptz)
        join fraud.assessment a on a.referrer_id = f."userId" and a.ip_hash = f.hash
      where f."seenAt" between a.registered_at - make_interval(days => window_days) and a.registered_at
      union
      select a.referral_id
      from json_to_recordset(batch -> 'facts') as f("userId" text, hash bytea, "seenAt" timestamptz)
        join fraud.assessment a on a.referrer_id = f."userId" and a.device_hash = f.hash
      where f."seenAt" between a.registered_at - make_interval(days => window_days) and a.registered_at
      union
      select a.referral_id
      from json_to_recordset(batch -> 'mailboxes') as m("userId" text) join fraud.assessment a on a.referee_id = m."userId"
      union
      select a.referral_id
      from json_to_recordset(batch -> 'mailboxes') as m("userId" text, hash bytea)
        join fraud.mailbox o on o.hash = m.hash join fraud.assessment a on a.referee_id = o.user_id and a.referrer_id = m."userId"
      union
      select a.referral_id
      from json_to_recordset(batch -> 'mailboxes') as m("userId" text, "bareHash" bytea)
        join fraud.mailbox o on o.bare_hash = m."bareHash" join fraud.assessment a on a.referee_id = o.user_id and a.referrer_id = m."userId"
      union
      select a.referral_id
      from json_to_recordset(batch -> 'accounts') as c("userId" text, "createdAt" timestamptz)
        join fraud.assessment a on a.referrer_id = c."userId" and a.registered_at < c."createdAt" + new_account
      union
      select a.referral_id
      from json_to_recordset(batch -> 'lookUps') as l("codeId" uuid, hash bytea, at timestamptz)
        join fraud.assessment a on a.code_id = l."codeId" and a.ip_hash = l.hash
      where a.registered_at between l.at and l.at + rapid);

    perform from fraud.assessment a where a.referral_id = any(touched) order by a.referral_id for update;
    perform from fraud.review v where v.referral_id = any(touched) order by v.id for update;

    return query
    select a.referral_id, a.referrer_id, a.referee_id, a.code_id, a.source_app_id, a.registered_at,
      a.address_group, a.is_shared_address, a.payment_id, a.assessed_payment_id, a.sequence, a.score, a.signals,
      json_build_object(
        'sightings', seen.sightings,
        'othersAtAddress', case when seen.has_address then (
          select count(*) from (
            select distinct f.user_id from fraud.fact f
            where f.hash in (a.ip_hash, a.previous_ip_hash) and f.user_id not in (a.referrer_id, a.referee_id) limit 1000) others) else 0 end,
        'isSharedNetwork', exists (select from fraud.shared_network n where n.id = any(a.matches)),
        'disposableDomains', (select coalesce(json_agg(distinct m.domain), '[]') from fraud.mailbox m where m.user_id = a.referee_id and m.is_disposable),
        'mailboxMatch', (
          select case max(case when theirs.hash = mine.hash then 2 when theirs.bare_hash = mine.bare_hash then 1 end)
            when 2 then 'same' when 1 then 'same_without_digits' end
          from fraud.mailbox mine, fraud.mailbox theirs where mine.user_id = a.referee_id and theirs.user_id = a.referrer_id),
        'firstLookUpAt', (select min(l.first_at) from fraud.look_up l where l.code_id = a.code_id and l.hash in (a.ip_hash, a.previous_ip_hash)),
        'recentRegistrations', a.recent_registrations, 'addressType', a.address_type,
        'referrerCreatedAt', (select c.created_at from fraud.account c where c.user_id = a.referrer_id),
        'qualifiedAt', a.qualified_at, 'firstActivityAt', a.first_activity_at),
      (select coalesce(json_agg(json_build_object('id', p.id, 'patternType', p.pattern_type, 'severity', p.severity, 'scoreImpact', p.score_impact)), '[]')
        from fraud.pattern p
        where p.is_active and (p.id = any(a.matches) or p.pattern_type = 'email_domain' and exists (
          select from fraud.mailbox m where m.user_id = a.referee_id
            and (m.domain = p.pattern_value or right(m.domain, length(p.pattern_value) + 1) = '.' || p.pattern_value)))),
      (select json_build_object('id', v.id, 'status', v.status, 'score', v.score, 'peakScore', v.peak_score, 'sequence', v.sequence)
        from fraud.review v where v.referral_id = a.referral_id order by v.id desc limit 1)
    from fraud.assessment a cross join lateral (
      select coalesce(json_agg(json_build_object('kind', f.seen_as, 'firstSeenAt', f.first_at, 'lastSeenAt', f.last_at) order by f.day), '[]') as sightings,
        coalesce(bool_or(f.seen_as = 'ip'), false) as has_address
      from (
        select f.day, case when f.hash in (a.device_hash, a.previous_device_hash) then 'device' else 'ip' end as seen_as,
          min(f.first_seen_at) as first_at, max(f.last_seen_at) as last_at
        from fraud.fact f
        where f.user_id = a.referrer_id and f.hash in (a.ip_hash, a.previous_ip_hash, a.device_hash, a.previous_device_hash)
          and f.day between ((a.registered_at - make_interval(days => window_days)) at time zone 'utc')::date and (a.registered_at at time zone 'utc')::date
        group by 1, 2) f) seen
    where a.referral_id = any(touched) and a.registration_seen;
  end $$`;
