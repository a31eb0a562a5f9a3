import type { access, Reply } from '@referrals/contracts';
import { accessStatus, Refusal } from '@referrals/domain';
import type { Database, Transaction } from '@referrals/persistence';
import { loadAccess } from './access.queries.js';

export type AccessReply = Reply<typeof access.getAccess>;

/** What a user may use now; a user never heard of has nothing. */
export async function getAccess(db: Database, { userId }: { userId: string }): Promise<AccessReply> {
  return statusOf(db, userId, (await db.programme()).freePlans);
}

/** The same as seen by a transaction, with what it has done. */
export const accessAfter = (tx: Transaction, userId: string): Promise<AccessReply> => statusOf(tx, userId, tx.programme.freePlans);

async function statusOf(db: Pick<Database | Transaction, 'rows'>, userId: string, freePlans: readonly string[]): Promise<AccessReply> {
  const { expiresAt, ...status } = accessStatus({ ...(await loadAccess(db, userId)), freePlans });
  return { userId, ...status, expiresAt: expiresAt?.toISOString() ?? null };
}

/** @throws Refusal `payment_required` for a user without paid access */
export async function checkAccess(db: Database, { userId }: { userId: string }): Promise<null> {
  if (!(await getAccess(db, { userId })).active) throw new Refusal('payment_required');
  return null;
}
