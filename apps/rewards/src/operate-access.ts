import { v7 as uuidv7 } from 'uuid';
import type { access, Input } from '@referrals/contracts';
import { grantDays as grantDaysTransfers, Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { loadDayAccounts, postDays } from './day-accounts.js';
import { accessAfter, type AccessReply } from './get-access.js';
import { takeBackAllDays } from './take-back-access.js';

interface KnownGrant {
  user_id: string;
  days: number;
  reason: string | null;
}

const AUDIT = `insert into audit (id, actor, action, subject, before, after, created_at) values ($2, $3, $4, $5, $6, $7, $8)`;

/** An operator gives days, once per id of theirs. @param actor who asked, for the audit log */
export async function grantAccess(tx: Transaction, request: Input<typeof access.grantAccess>, actor: string): Promise<Outcome<AccessReply>> {
  const { userId, id, days, reason } = request;
  await tx.rows('select pg_advisory_xact_lock(common.lock_key($1, $2))', ['access grant', id]);
  const [known] = await tx.rows<KnownGrant>('select user_id, days, reason from access_grant where operator_grant_id = $1', [id]);
  if (known) {
    const isSame = known.user_id === userId && known.days === days && known.reason === (reason ?? null);
    return isSame ? accessAfter(tx, userId) : new Refusal('id_conflict');
  }
  await tx.rows('select lock_access($1)', [userId]);
  const before = await accessAfter(tx, userId);
  await tx.rows('select extend_access($1, $2, null, $3, $4)', [userId, days, id, reason ?? null]);
  tx.wakeRelay();
  await postDays(tx, await loadDayAccounts(tx, userId), grantDaysTransfers(days), id);
  const after = await accessAfter(tx, userId);
  await audit(tx, actor, 'access.granted', userId, before, { ...after, grantId: id, days, reason: reason ?? null });
  return after;
}

/** An operator ends everything that was granted; a subscription stays. */
export async function revokeAccess(tx: Transaction, { userId }: Input<typeof access.revokeAccess>, actor: string): Promise<AccessReply> {
  await tx.rows('select lock_access($1)', [userId]);
  const before = await accessAfter(tx, userId);
  const days = await takeBackAllDays(tx, userId);
  const after = await accessAfter(tx, userId);
  await audit(tx, actor, 'access.revoked', userId, before, { ...after, daysTakenBack: days });
  return after;
}

const audit = (tx: Transaction, actor: string, action: string, subject: string, before: object, after: object): Promise<unknown> =>
  tx.write(AUDIT, [uuidv7(), actor, action, subject, JSON.stringify(before), JSON.stringify(after), tx.now]);
