import { DAY, shift } from '@referrals/domain';
import { keepPartitions, REAL_NOW, type Transaction } from '@referrals/persistence';

/** Boxes follow real time, as the keys do that open them. */
const BOXES = `delete from box where ctid = any(array(select ctid from box where received_at < ${REAL_NOW} - interval '14 days' limit $1)) returning 1`;
/** By their key: a row's place is its own in its partition alone. */
const FACTS = `delete from fact f using (select user_id, hash, day from fact where last_seen_at < $1 and day <= $2 limit $3) old
  where f.user_id = old.user_id and f.hash = old.hash and f.day = old.day returning 1`;
const MAILBOXES = 'delete from mailbox where ctid = any(array(select ctid from mailbox where last_seen_at < $1 limit $2)) returning 1';
const LOOK_UPS = 'delete from look_up where ctid = any(array(select ctid from look_up where first_at < $1 limit $2)) returning 1';
/** The score and its evidence stay; what the sign-up could be recognised by goes. */
const SIGN_UPS = `update assessment set ip_hash = null, previous_ip_hash = null, device_hash = null, previous_device_hash = null
  where referral_id = any(array(
    select referral_id from assessment where registered_at < $1 and (ip_hash is not null or device_hash is not null) limit $2)) returning 1`;

/** Deletes what is older than facts are kept, at most `limit` of each kind. */
export async function purgeFacts(tx: Transaction, limit: number): Promise<{ processed: number; changed: number; more: boolean }> {
  const before = shift(tx.now, -tx.programme.fraud.windows.factsKeptDays * DAY);
  await keepPartitions(tx, 'fact', tx.now, before);
  const gone = [
    await tx.rows(FACTS, [before, before.toISOString().slice(0, 10), limit]),
    await tx.rows(MAILBOXES, [before, limit]),
    await tx.rows(LOOK_UPS, [before, limit]),
    await tx.rows(SIGN_UPS, [before, limit]),
    await tx.rows(BOXES, [limit]),
  ].map((rows) => rows.length);
  const changed = gone.reduce((sum, count) => sum + count, 0);
  return { processed: changed, changed, more: gone.some((count) => count === limit) };
}
