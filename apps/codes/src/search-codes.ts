import type { Code, codes, Input } from '@referrals/contracts';
import { decodeCursor, page, type Database, type Page } from '@referrals/persistence';
import { CODE_COLUMNS, codeOf, type CodeRow } from './code-row.js';
import { findCodes } from './find-codes.js';

const OF_TYPE = `select ${CODE_COLUMNS} from code where type = $1 and type <> 'auto' and ($2::uuid is null or id < $2) order by id desc limit $3`;

/** For operators: the one code that a text leads to, or all of a kind, newest first. */
export async function searchCodes(db: Database, { code, type, limit, cursor }: Input<typeof codes.search>): Promise<Page<Code>> {
  if (code !== undefined) {
    const { found: [hit] } = await findCodes(db, [{ text: code }]);
    return { data: hit && 'code' in hit && (type === undefined || hit.code.type === type) ? [codeOf(hit.code)] : [], nextCursor: null };
  }
  const [before] = decodeCursor(cursor, ['id']) ?? [];
  const rows = await db.rows<CodeRow>(OF_TYPE, [type ?? 'campaign', before ?? null, limit + 1]);
  const { data, nextCursor } = page(rows, limit, (row) => [row.id]);
  return { data: data.map(codeOf), nextCursor };
}
