import type { Transaction } from '@referrals/persistence';
import { releaseDue } from './release.queries.js';

/**
 * Releases holds whose time has come, at most `limit` of them. Two that run at once share the work: each hold is
 * released by one of them. A step that dies leaves nothing behind, and the next one finds the same holds.
 */
export async function releaseHolds(tx: Transaction, { limit }: { limit: number }): Promise<{ processed: number; changed: number; more: boolean }> {
  const changed = await releaseDue(tx, limit);
  if (changed > 0) tx.wakeRelay();
  return { processed: changed, changed, more: changed === limit };
}
