import type { Transaction } from '@referrals/persistence';
import type { BonusRow } from './bonus-row.js';
import { releaseBonus } from './decide-bonus.js';
import { Journal, type Account } from './ledger.js';
import { knownOf, tellBonus } from './tell-bonus.js';
import { writeBooks } from './write-books.js';

/**
 * Releases holds whose time has come, at most `limit` of them. Two that run at once share the work: each hold is
 * released by one of them. A step that dies leaves nothing behind, and the next one finds the same holds.
 * Most go to the balance as they are, by sets in the database; what a debt or a dispute concerns is decided here.
 * What waits for a person or an assessment has no `hold_until`, so it is never found; the time is judged in SQL.
 */
export async function releaseHolds(tx: Transaction, { limit }: { limit: number }): Promise<{ processed: number; changed: number; more: boolean }> {
  const [{ released } = { released: 0 }] = await tx.rows<{ released: number }>('select release_due($1, $2) as released', [limit, tx.now]);
  if (released > 0) tx.wakeRelay();
  const decided = released < limit ? await releaseOneByOne(tx, limit - released) : 0;
  const count = released + decided;
  return { processed: count, changed: count, more: count === limit };
}

/** Where debts are paid first, or something was taken back. */
async function releaseOneByOne(tx: Transaction, limit: number): Promise<number> {
  const [row] = await tx.rows<{ facts: { accounts: Account[] | null; bonuses: BonusRow[] | null } }>('select begin_release($1) as facts', [limit]);
  const { accounts, bonuses } = row!.facts;
  const due = bonuses ?? [];
  const journal = new Journal(accounts ?? [], tx.now);
  for (const bonus of due) {
    const before = knownOf(bonus);
    journal.book(bonus, releaseBonus(bonus, tx.programme, tx.now, journal.balancesOf(bonus.user_id, bonus.unit)));
    tellBonus(tx, bonus, before);
  }
  await writeBooks(tx, { bonuses: due, transfers: journal.rows });
  return due.length;
}
