import { Refusal } from '@referrals/domain';

/** A page of a list; `nextCursor` is null at its end. */
export interface Page<Item> {
  data: Item[];
  nextCursor: string | null;
}

/** Cursors are the last row's sort key, opaque to callers. */
export const encodeCursor = (key: string[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');

export function decodeCursor(cursor: string | undefined, length: number): string[] | null {
  if (cursor === undefined) return null;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === length && key.every((part) => typeof part === 'string')) return key;
  } catch {
    // falls through to the refusal
  }
  throw new Refusal('invalid_request', { errors: [{ path: 'cursor', message: 'not a cursor of this list' }] });
}

/** Cuts rows that were read with `limit + 1` into a page. */
export function page<Row>(rows: Row[], limit: number, keyOf: (row: Row) => string[]): Page<Row> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: rows.length > limit && last ? encodeCursor(keyOf(last)) : null };
}
