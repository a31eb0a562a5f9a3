import { Refusal } from '@referrals/domain';

/** A page of a list; `nextCursor` is null at its end. */
export interface Page<Item> {
  data: Item[];
  nextCursor: string | null;
}

/** Cursors are the last row's sort key, opaque to callers. */
export const encodeCursor = (key: string[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');

const IS = {
  // of whatever version: a ring's is the hash of its first member
  id: (part: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(part),
  count: (part: string): boolean => /^\d{1,9}$/.test(part),
  instant: (part: string): boolean => /^\d{4}-\d\d-\d\d[T ]/.test(part) && !Number.isNaN(Date.parse(part)),
  json: isJson,
  word: (part: string): boolean => /^[\w-]{1,64}$/.test(part),
};

function isJson(part: string): boolean {
  try {
    JSON.parse(part);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param kinds what the parts of the key are, so that a cursor of another list, or of the caller's own, never reaches the database
 * @throws Refusal `invalid_request`
 */
export function decodeCursor<Kinds extends readonly (keyof typeof IS)[]>(cursor: string | undefined, kinds: readonly [...Kinds]): { [Part in keyof Kinds]: string } | null {
  if (cursor === undefined) return null;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === kinds.length && kinds.every((kind, n) => typeof key[n] === 'string' && IS[kind](key[n]))) return key as { [Part in keyof Kinds]: string };
  } catch {
    // falls through to the refusal
  }
  throw new Refusal('invalid_request', { errors: [{ path: 'cursor', message: 'not a cursor of this list' }] });
}

/** A condition with a `?` for each of its values; false leaves it out. */
export type Condition = false | [text: string, ...values: unknown[]];

/**
 * A list's statement with those conditions that are given, each combination a text of its own: of `$1 is null or id < $1` the plan for any value reads everything
 * before the page, for it cannot know that something will be given.
 * @returns text and values, as `rows` takes them
 */
export function listing(select: string, conditions: Condition[], order: string, limit: number): [text: string, values: unknown[]] {
  const values: unknown[] = [];
  const numbered = (text: string, given: unknown[]): string => text.replace(/\?/g, () => `$${values.push(given.shift())}`);
  const given = conditions.filter((condition) => condition !== false).map(([text, ...own]) => numbered(text, own));
  const where = given.length > 0 ? ` where ${given.join(' and ')}` : '';
  return [`${select}${where} order by ${order} limit $${values.push(limit)}`, values];
}

/** Before and after every id: a page without a cursor begins there, by the plan of all pages. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';
export const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Cuts rows that were read with `limit + 1` into a page. */
export function page<Row>(rows: Row[], limit: number, keyOf: (row: Row) => string[]): Page<Row> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: rows.length > limit && last ? encodeCursor(keyOf(last)) : null };
}
