import type { Code, codes, Input } from '@referrals/contracts';
import { decodeCursor, page, type Database, type Page } from '@referrals/persistence';
import { CodeEntity, codeOf } from './code-row.js';

/** A user's codes, newest first: ids of ours ascend with the time at which they were made. */
export async function listCodes(db: Database, { userId, limit, cursor }: Input<typeof codes.list>): Promise<Page<Code>> {
  const [before] = decodeCursor(cursor, ['id']) ?? [];
  const rows = await db.em().find(CodeEntity, { userId, ...(before && { id: { $lt: before } }) }, { orderBy: { id: 'desc' }, limit: limit + 1 });
  const { data, nextCursor } = page(rows, limit, (row) => [row.id]);
  return { data: data.map(codeOf), nextCursor };
}
