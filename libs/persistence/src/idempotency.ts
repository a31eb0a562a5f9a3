import type { Database } from './database.js';
import type { StoredAnswer } from './transaction.js';

/**
 * The list of keys stands in a subquery, where a plan for any list costs what one for this list does: planned anew each time, planning took five times
 * as long as looking.
 */
const STORED = `with
  stale as (delete from idempotency where key = any(array(select unnest($1::text[]))) and created_at <= clock_timestamp() - interval '24 hours')
  select key, body_hash as "bodyHash", answer from idempotency
  where key = any(array(select unnest($1::text[]))) and created_at > clock_timestamp() - interval '24 hours'`;

/** The answers kept for these keys. A key lives 24 h of real time, whatever the test clock says, and is then free again. */
export function storedAnswers(db: Database, keys: string[]): Promise<StoredAnswer[]> {
  return db.rows<StoredAnswer>(STORED, [keys]);
}
