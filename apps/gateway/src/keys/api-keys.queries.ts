import type { KeyScope } from '@referrals/contracts';
import { type Database, REAL_NOW } from '@referrals/persistence';

export interface LiveKey {
  id: string;
  secretHash: Buffer;
  scope: KeyScope;
  origins: string[];
}

/** Finds a key that is neither revoked nor expired, and notes its use at most once a minute. */
const FIND_LIVE = `with live as (
    select id, secret_hash, scope, origins, last_used_at from api_key where id = $1 and (expires_at is null or expires_at > ${REAL_NOW})),
  used as (
    update api_key set last_used_at = ${REAL_NOW}
    where id = (select id from live where last_used_at is null or last_used_at < ${REAL_NOW} - interval '1 minute'))
  select id, secret_hash as "secretHash", scope, origins from live`;

export const INSERT_KEY = `insert into api_key (id, secret_hash, scope, label, expires_at, origins)
  select $1::uuid, $2::bytea, $3, $4, $5::timestamptz, $6::text[] where $5::timestamptz is null or $5::timestamptz > ${REAL_NOW}
  returning id`;

/** The new key has the old one's rights and its end; the old one ends with the overlap, or before where it was to. */
export const ROTATE_KEY = `with old as (
    select id, scope, label, expires_at, origins from api_key where id = $1 and (expires_at is null or expires_at > ${REAL_NOW}) for update),
  ending as (
    update api_key k set expires_at = least(k.expires_at, ${REAL_NOW} + make_interval(secs => $2)) from old where k.id = old.id)
  insert into api_key (id, secret_hash, scope, label, expires_at, origins)
  select $3::uuid, $4::bytea, scope, label, expires_at, origins from old
  returning scope, label, expires_at as "expiresAt"`;

export const DELETE_KEY = 'delete from api_key where id = $1 returning scope, label';

export async function findLiveKey(db: Database, id: string): Promise<LiveKey | null> {
  const [row] = await db.rows<LiveKey>(FIND_LIVE, [id]);
  return row ?? null;
}
