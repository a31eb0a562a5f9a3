import type { codes, Input, ResolvedCode } from '@referrals/contracts';
import type { Database } from '@referrals/persistence';
import type { AttributionToken, AttributionTokens } from './attribution-token.js';
import { findCodes, type Found } from './find-codes.js';

/** What codes and tokens lead to, in their order, by one statement for all of them. */
export async function resolveCodes(db: Database, tokens: AttributionTokens, { items }: Input<typeof codes.resolve>): Promise<ResolvedCode[]> {
  if (items.length === 0) return [];
  const read = items.map((item) => ('code' in item ? null : tokens.read(item.attributionToken)));
  const { found, realNow } = await findCodes(db, items.map((item, n) => ('code' in item ? { text: item.code } : read[n]!)));
  return items.map((item, n) => ('code' in item || isValid(read[n]!, realNow) ? resolved(found[n]!) : { problem: 'invalid_token' }));
}

const isValid = (token: AttributionToken | null, realNow: Date): boolean => token !== null && token.expiresAt.getTime() > realNow.getTime();

function resolved(found: Found): ResolvedCode {
  if ('problem' in found) return found;
  const { id, userId, type, isActive, expiresAt, maxUses, dailyLimit } = found.code;
  return { codeId: id, ownerId: userId, type, isActive, expiresAt: expiresAt?.toISOString() ?? null, maxUses, dailyLimit };
}
