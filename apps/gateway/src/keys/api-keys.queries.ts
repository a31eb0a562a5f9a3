import type { KeyScope } from '@referrals/contracts';
import type { Database } from '@referrals/persistence';

export interface LiveKey {
  id: string;
  secretHash: Buffer;
  scope: KeyScope;
  origins: string[];
}

/** Finds a key that is neither revoked nor expired, and notes its use at most once a minute. */
// eslint-disable-next-line no-restricted-syntax -- keys live in real time: a test clock neither ends nor revives one
const FIND_LIVE = `with live as (
    select id, secret_hash, scope, origins, last_used_at from api_key where id = $1 and (expires_at is null or expires_at > clock_timestamp())),
  used as (
    update api_key set last_used_at = clock_timestamp()
    where id = (select id from live where last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute'))
  select id, secret_hash as "secretHash", scope, origins from live`;

// eslint-disable-next-line no-restricted-syntax -- keys live in real time: a test clock neither ends nor revives one
export const INSERT_KEY = `insert into api_key (id, secret_hash, scope, label, expires_at, origins)
  select $1::uuid, $2::bytea, $3, $4, $5::timestamptz, $6::text[] where $5::timestamptz is null or $5::timestamptz > clock_timestamp()
  returning id`;

export const DELETE_KEY = 'delete from api_key where id = $1 returning scope, label';

export async function findLiveKey(db: Database, id: string): Promise<LiveKey | null> {
  const [row] = await db.rows<LiveKey>(FIND_LIVE, [id]);
  return row ?? null;
}
