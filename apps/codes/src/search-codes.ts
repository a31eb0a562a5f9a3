import type { Code, codes, Input } from '@referrals/contracts';
import { decodeCursor, listing, page, type Database, type Page } from '@referrals/persistence';
import { CODE_COLUMNS, codeOf, type CodeRow } from './code-row.js';
import { findCodes } from './find-codes.js';

/** For operators: the one code that a text leads to, or all of a kind, newest first. */
export async function searchCodes(db: Database, { code, type, limit, cursor }: Input<typeof codes.search>): Promise<Page<Code>> {
  if (code !== undefined) {
    const { found: [hit] } = await findCodes(db, [{ text: code }]);
    return { data: hit && 'code' in hit && (type === undefined || hit.code.type === type) ? [codeOf(hit.code)] : [], nextCursor: null };
  }
  const [before] = decodeCursor(cursor, ['id']) ?? [];
  // those that every user has are no kind to be listed, and in no index by kind
  const rows = await db.rows<CodeRow>(...listing(`select ${CODE_COLUMNS} from code`, [
    ['type = ?', type ?? 'campaign'], [`type <> 'auto'`], before !== undefined && ['id < ?', before],
  ], 'id desc', limit + 1));
  const { data, nextCursor } = page(rows, limit, (row) => [row.id]);
  return { data: data.map(codeOf), nextCursor };
}
