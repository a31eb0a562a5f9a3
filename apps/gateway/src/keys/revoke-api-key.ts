import { Refusal } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';
import { DELETE_KEY, INSERT_AUDIT } from './api-keys.queries.js';

/** @throws Refusal `not_found` */
export async function revokeApiKey(tx: Transaction, id: string, actor: string): Promise<void> {
  const [row] = await tx.rows<{ scope: string; label: string | null }>(DELETE_KEY, [id]);
  if (!row) throw new Refusal('not_found');
  await tx.rows(INSERT_AUDIT, [uuidv7(), actor, 'api_key.revoked', id, JSON.stringify(row), null]);
}
