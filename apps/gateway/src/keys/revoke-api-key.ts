import { Refusal } from '@referrals/domain';
import { addAudit } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { DELETE_KEY } from './api-keys.queries.js';

/** @throws Refusal `not_found` */
export async function revokeApiKey(tx: Transaction, id: string, actor: string): Promise<void> {
  const [row] = await tx.rows<{ scope: string; label: string | null }>(DELETE_KEY, [id]);
  if (!row) throw new Refusal('not_found');
  await addAudit(tx, { actor, action: 'api_key.revoked', subject: id, before: row });
}
