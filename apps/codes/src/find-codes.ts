import { lookupKey } from '@referrals/domain';
import { type Database, REAL_NOW, type Transaction } from '@referrals/persistence';
import { CODE_COLUMNS, type CodeRow } from './code-row.js';

/** What to look for: a text as somebody typed it, or the id that a token carries. */
export type Wanted = { text: string } | { codeId: string } | null;

export interface FoundCode extends CodeRow {
  referrerName: string | null;
}

export type Found = { code: FoundCode } | { problem: 'invalid_format' | 'not_found' };

/**
 * An alias by its exact text comes before any lookup key; every item has one row, found or not. The ids are worked out
 * first: a join on the expression itself would read the whole table for every item.
 */
const FIND = `with wanted as materialized (
    select t.n, coalesce(
      t."codeId",
      (select a.code_id from alias a where a.text = t.text),
      (select k.id from code k where k.lookup_key = t.key)) as id
    from json_to_recordset($1::json) as t(n int, text text, key text, "codeId" uuid))
  select ${REAL_NOW} as "realNow", c.*, d.short_name as "referrerName"
  from wanted w
  left join lateral (select ${CODE_COLUMNS} from code where code.id = w.id) c on true
  left join display_name d on d.user_id = c."userId"
  order by w.n`;

/** Looks one or more up in one statement. @returns what was found, in order, and the real time, by which tokens expire */
export async function findCodes(db: Database | Transaction, wanted: Wanted[]): Promise<{ found: Found[]; realNow: Date }> {
  const items = wanted.map((item, n) => (item && 'text' in item ? { n, text: item.text, key: lookupKey(item.text) } : { n, codeId: item?.codeId ?? null }));
  const rows = await db.rows<{ realNow: Date } & (FoundCode | { id: null })>(FIND, [JSON.stringify(items)]);
  const found = rows.map((row, n): Found => {
    if (row.id !== null) return { code: row };
    const item = items[n]!;
    return { problem: 'key' in item && item.key === null ? 'invalid_format' : 'not_found' };
  });
  return { found, realNow: rows[0]!.realNow };
}
