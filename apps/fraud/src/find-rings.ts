import type { fraud, Input, Reply } from '@referrals/contracts';
import { ringsOf, type Ring, type Tie } from '@referrals/domain';
import type { Log } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';

/** The facts are gone through by the first digit of their hashes, so that no statement meets all of them. */
const SLICES = 16;
/** More ties than this are no report that a person can read; devices come first. */
const MOST_TIES = 200_000;
const SHOWN_EVIDENCE = 50;

const LOCK = `select pg_advisory_xact_lock(common.lock_key('fraud', 'rings'))`;
const FORGET = 'delete from tie where slice = $1';
/** A network that is marked as shared ties nobody, nor does a value of a crowd: a carrier, a campus that nobody has marked yet. */
const TIES = `with
  marked as materialized (
    select unnest(array[a.ip_hash, a.previous_ip_hash]) as hash from assessment a
    where a.matches <> '{}' and a.matches && array(select id from shared_network)),
  shared as materialized (
    select f.hash from fact f where f.hash >= $2::bytea and f.hash < coalesce($3::bytea, decode(repeat('ff', 33), 'hex'))
    group by f.hash having count(distinct f.user_id) between 2 and $4)
  insert into tie (slice, value, kind, key_id, user_id, first_seen_at, last_seen_at)
  select $1, dense_rank() over (order by s.hash), case u.kind when 'device' then 'device' else 'address' end, u.key_id, u.user_id, u.first_at, u.last_at
  from shared s cross join lateral (
    select f.user_id, min(f.kind) as kind, min(f.key_id) as key_id, min(f.first_seen_at) as first_at, max(f.last_seen_at) as last_at
    from fact f where f.hash = s.hash group by f.user_id) u
  where u.kind in ('device', 'ip4', 'ip6_64') and not exists (select from marked m where m.hash = s.hash)
  returning 1`;

const LOAD = `select slice::bigint * 1000000000 + value as value, kind, key_id as "keyId", user_id as "userId", first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt"
  from tie order by kind = 'device' desc, slice, value, user_id limit $1`;

/** A ring keeps its id for as long as its first user is in it. */
const WRITE = `with found as materialized (
    select md5('ring of ' || (t.users ->> 0))::uuid as id, t.* from json_to_recordset($1::json) as t(users json, size int, devices int, addresses int, evidence json)),
  rings as (insert into ring (id, size, devices, addresses, evidence, found_at) select id, size, devices, addresses, evidence, $2 from found returning id)
  insert into ring_member (ring_id, user_id) select f.id, m.user_id from found f join rings using (id) cross join lateral json_array_elements_text(f.users) as m(user_id)`;
const COUNT = `update ring r set referrals = within.count, highest_score = within.score
  from (
    select m.ring_id, count(*)::int as count, max(a.score) as score
    from ring_member m cross join lateral (
      select a.score from assessment a join ring_member n on n.ring_id = m.ring_id and n.user_id = a.referee_id where a.referrer_id = m.user_id) a
    group by m.ring_id) within
  where r.id = within.ring_id`;

/** One slice of the facts, or after the last of them the report: who is tied to whom is decided by the domain. */
export async function findRings(tx: Transaction, { after, crowd }: Input<typeof fraud.findRings>, log: Log): Promise<Reply<typeof fraud.findRings>> {
  await tx.rows(LOCK);
  const slice = after === undefined ? 0 : after + 1;
  if (slice === SLICES) return { ...(await report(tx, log)), next: null };
  await tx.rows(FORGET, [slice]);
  const ties = await tx.rows(TIES, [slice, borderOf(slice), slice + 1 < SLICES ? borderOf(slice + 1) : null, crowd]);
  return { processed: ties.length, changed: 0, next: slice };
}

const borderOf = (slice: number): string => `\\x${slice.toString(16)}0`;

async function report(tx: Transaction, log: Log): Promise<{ processed: number; changed: number }> {
  const ties = await tx.rows<Tie & { value: string | number }>(LOAD, [MOST_TIES]);
  if (ties.length === MOST_TIES) log.warn({ ties: MOST_TIES }, 'rings_incomplete');
  const rings = ringsOf(ties.map((tie) => ({ ...tie, value: Number(tie.value) })));
  await tx.rows('delete from ring');
  await tx.rows(WRITE, [JSON.stringify(rings.map(rowOf)), tx.now]);
  await tx.rows(COUNT);
  return { processed: ties.length, changed: rings.length };
}

const rowOf = ({ users, evidence }: Ring) => ({
  users,
  size: users.length,
  devices: evidence.filter(({ kind }) => kind === 'device').length,
  addresses: evidence.filter(({ kind }) => kind === 'address').length,
  evidence: evidence.slice(0, SHOWN_EVIDENCE),
});
