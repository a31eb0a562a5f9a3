import { hash } from 'node:crypto';
import type { apiKeys, Input, KeyScope, NewApiKey } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { addAudit, type Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { ROTATE_KEY } from './api-keys.queries.js';
import type { KeyParts } from './key-format.js';

export interface RotationRequest {
  input: Input<typeof apiKeys.rotate>;
  parts: KeyParts;
}

interface RotatedRow {
  scope: KeyScope;
  label: string | null;
  expiresAt: Date | null;
}

/** A new key in the place of one, which goes on for the overlap and ends then. The outcome never holds the key itself. */
export async function rotateApiKey(tx: Transaction, { input, parts: { id, secret } }: RotationRequest, actor: string): Promise<Outcome<NewApiKey>> {
  const { id: oldId, overlapSeconds } = input;
  const [row] = await tx.rows<RotatedRow>(ROTATE_KEY, [oldId, overlapSeconds, id, hash('sha256', secret, 'buffer')]);
  if (!row) return new Refusal('not_found', {});
  await addAudit(tx, { actor, action: 'api_key.rotated', subject: oldId, after: { newId: id, overlapSeconds } });
  return { id, key: null, scope: row.scope, label: row.label, expiresAt: row.expiresAt?.toISOString() ?? null };
}
