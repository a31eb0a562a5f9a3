import type { Database } from './database.js';
import type { StoredAnswer } from './transaction.js';

/** The answers kept for these keys. A key lives 24 h of real time, whatever the test clock says, and is then free again. */
export function storedAnswers(db: Database, keys: string[]): Promise<StoredAnswer[]> {
  return db.rows<StoredAnswer>(
    `with stale as (
       delete from idempotency where key = any($1) and created_at <= clock_timestamp() - interval '24 hours')
     select key, body_hash as "bodyHash", answer from idempotency
     where key = any($1) and created_at > clock_timestamp() - interval '24 hours'`,
    [keys],
  );
}
