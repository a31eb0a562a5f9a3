import type { BoxKey, KeyStore } from '@referrals/messaging';
import { type Database, REAL_NOW } from '@referrals/persistence';

const LOAD = 'select key_id as "keyId", public_key as "publicKey" from sealing_key';
const SAVE = `insert into sealing_key (key_id, public_key, fetched_at) values ($1, $2, ${REAL_NOW})
  on conflict (only_row) do update set key_id = excluded.key_id, public_key = excluded.public_key, fetched_at = excluded.fetched_at`;

/** Keeps fraud's newest public key over a restart. */
export function sealingKeyStore(db: Database): KeyStore {
  return {
    load: async () => (await db.rows<BoxKey>(LOAD))[0] ?? null,
    save: async ({ keyId, publicKey }) => void (await db.rows(SAVE, [keyId, publicKey])),
  };
}
