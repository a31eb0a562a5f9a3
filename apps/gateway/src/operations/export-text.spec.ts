import { describe, expect, test } from '@jest/globals';
import { exportText } from './export-text.js';

type Rooms = Record<string, Record<string, Record<string, number>[]>>;

async function written(...pages: Rooms[]): Promise<unknown> {
  const pageOf = (n: number) => ({ userId: 'n"ina', rooms: pages[n]!, nextCursor: n + 1 < pages.length ? String(n + 1) : null });
  let text = '';
  for await (const piece of exportText(pageOf(0), (cursor) => Promise.resolve(pageOf(Number(cursor))))) text += piece;
  return JSON.parse(text);
}
const rows = (...numbers: number[]) => numbers.map((n) => ({ n }));

describe('an export of many pages is one document', () => {
  test.each<[string, Rooms[], Rooms]>([
    ['nothing at all', [{}], {}],
    ['one page', [{ codes: { code: rows(1), audit: rows(2) }, fraud: { fact: rows(3) } }], { codes: { code: rows(1), audit: rows(2) }, fraud: { fact: rows(3) } }],
    ['a table that goes on', [{ codes: { code: rows(1, 2) } }, { codes: { code: rows(3) } }, { codes: { code: rows(4), link: rows(5) } }], { codes: { code: rows(1, 2, 3, 4), link: rows(5) } }],
    ['a page that ends with a room', [{ codes: { code: rows(1) } }, { fraud: { code: rows(2) } }], { codes: { code: rows(1) }, fraud: { code: rows(2) } }],
    ['pages without anything', [{}, { fraud: { fact: rows(1) } }, {}], { fraud: { fact: rows(1) } }],
  ])('%s', async (_, pages, rooms) => expect(await written(...pages)).toEqual({ userId: 'n"ina', rooms }));
});
