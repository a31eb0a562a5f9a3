import { hash } from 'node:crypto';
import type { apiKeys, Input, NewApiKey } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { addAudit, type Outcome } from '@referrals/messaging';
import { cleanUp, type Transaction } from '@referrals/persistence';
import { INSERT_KEY } from './api-keys.queries.js';
import type { KeyParts } from './key-format.js';

export interface KeyRequest {
  input: Input<typeof apiKeys.create>;
  parts: KeyParts;
}

/** No job asks the gateway to clean up: every new key takes some old answers along, and no more than keys leave any. */
const STALE_ANSWERS = 100;

/** Keeps a new key's hash. The outcome, which may be stored for an idempotency key, never holds the key itself. */
export async function createApiKey(tx: Transaction, { input, parts: { id, secret } }: KeyRequest, actor: string): Promise<Outcome<NewApiKey>> {
  const { scope, label = null, expiresAt = null, origins = [] } = input;
  const inserted = await tx.rows(INSERT_KEY, [id, hash('sha256', secret, 'buffer'), scope, label, expiresAt, origins]);
  if (inserted.length === 0) return new Refusal('invalid_request', { errors: [{ path: 'expiresAt', message: 'not in the future' }] });
  await cleanUp(tx, STALE_ANSWERS);
  await addAudit(tx, { actor, action: 'api_key.created', subject: id, after: { scope, label, expiresAt, origins } });
  return { id, key: null, scope, label, expiresAt: expiresAt && new Date(expiresAt).toISOString() };
}
