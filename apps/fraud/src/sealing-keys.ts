import { makeBoxKeyPair } from '@referrals/messaging';
import { REAL_NOW, type Transaction } from '@referrals/persistence';
import { randomBytes } from 'node:crypto';

export interface SealingKey {
  keyId: string;
  publicKey: string;
}

/** Keys are a matter of security, so their days are those of real time, whatever a test clock says. */
const TODAY = `(${REAL_NOW} at time zone 'utc')::date`;
const KEY_OF_TODAY = `select key_id as "keyId", public_key as "publicKey" from sealing_key where day = ${TODAY} and private_key is not null`;
const NEWEST_KEY = `select key_id as "keyId", public_key as "publicKey" from sealing_key where private_key is not null order by day desc limit 1`;
const MAKE_KEY = `insert into sealing_key (key_id, day, public_key, private_key) values ($1, ${TODAY}, $2, $3) on conflict (day) do nothing returning key_id`;
const DESTROY_KEYS = `update sealing_key set private_key = null, destroyed_at = ${REAL_NOW}
  where private_key is not null and day <= ${TODAY} - $1::int returning key_id`;
const COUNT_KEYS = 'select count(*)::int as count from sealing_key where private_key is not null';

/** As long as the stream keeps the boxes. */
const KEPT_DAYS = 14;

/** The key of the day; the first to ask makes it, and all who ask at once get the same. */
export async function todaysSealingKey(tx: Transaction): Promise<SealingKey> {
  const [known] = await tx.rows<SealingKey>(KEY_OF_TODAY);
  if (known) return known;
  await makeKey(tx);
  const [made] = await tx.rows<SealingKey>(NEWEST_KEY);
  return made!;
}

/** Makes the key of the day and destroys the private halves of those made 14 days ago or earlier. */
export async function rotateSealingKeys(tx: Transaction): Promise<{ processed: number; changed: number }> {
  const made = await makeKey(tx);
  const [living] = await tx.rows<{ count: number }>(COUNT_KEYS);
  const destroyed = await tx.rows(DESTROY_KEYS, [KEPT_DAYS]);
  return { processed: living!.count, changed: made + destroyed.length };
}

/** The day is unique: whoever comes second waits for the first and then makes nothing. @returns how many were made */
async function makeKey(tx: Transaction): Promise<number> {
  const { publicKey, privateKey } = makeBoxKeyPair();
  return (await tx.rows(MAKE_KEY, [randomBytes(6).toString('hex'), publicKey, privateKey])).length;
}
