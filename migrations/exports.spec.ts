import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { COLUMNS, PLUMBING, USER_COLUMNS } from './erasure.js';

const ROOMS = ['codes', 'relationships', 'fraud', 'rewards', 'scheduler', 'insights', 'notifications'];

interface Page {
  tables: Record<string, Record<string, unknown>[]>;
  bytes: number;
  next: { table: string; key: object | null } | null;
}

let test: TestDatabase;
let codes: Database;
beforeAll(async () => {
  test = await TestDatabase.create();
  codes = await test.open('codes');
  await test.rows(`insert into codes.code (id, user_id, code, lookup_key, type, created_at)
    select gen_random_uuid(), case when n % 3 = 0 then 'omar' else 'nina' end, 'CODE' || n, 'CODE' || n, 'custom', common.now() from generate_series(1, 3600) n`);
  await test.rows(`insert into codes.audit (id, actor, action, subject, created_at) select gen_random_uuid(), 'a key', 'test', 'nina', common.now() from generate_series(1, 5)`);
});
afterAll(() => test.close());

const pageOf = async (userId: string, after: Page['next'], bytes: number): Promise<Page> =>
  (await codes.rows<{ page: Page }>('select export_page($1, $2, $3) as page', [userId, after && JSON.stringify(after), bytes]))[0]!.page;

async function everything(userId: string, bytes: number): Promise<{ tables: Page['tables']; pages: Page[] }> {
  const pages: Page[] = [];
  for (let after: Page['next'] = null; pages.length === 0 || after; after = pages.at(-1)!.next) pages.push(await pageOf(userId, after, bytes));
  const tables: Page['tables'] = {};
  for (const page of pages) for (const [name, rows] of Object.entries(page.tables)) (tables[name] ??= []).push(...rows);
  return { tables, pages };
}

describe('the export of a user', () => {
  it.each([300_000, 20_000])('has every row once, in pages of at most %i bytes', async (bytes) => {
    const { tables, pages } = await everything('nina', bytes);
    expect([tables['code']!.length, tables['audit']!.length]).toEqual([2_400, 5]);
    expect(new Set(tables['code']!.map(({ id }) => id)).size).toBe(2_400);
    expect(tables['code']!.every(({ user_id }) => user_id === 'nina')).toBe(true);
    for (const page of pages) expect(page.bytes).toBeLessThanOrEqual(bytes);
    expect(pages.length).toBeGreaterThan(1);
  });

  it('goes on row by row where a message holds no more', async () => {
    await test.rows(`insert into codes.audit (id, actor, action, subject, created_at) select gen_random_uuid(), 'a key', 'test', 'mia', common.now() from generate_series(1, 7)`);
    const { tables, pages } = await everything('mia', 1);
    expect([tables['audit']!.length, new Set(tables['audit']!.map(({ id }) => id)).size]).toEqual([7, 7]);
    expect(pages.length).toBeGreaterThanOrEqual(7);
  });

  it('of somebody unknown is one page with nothing in it', async () => {
    expect(await everything('nobody', 300_000)).toEqual({ tables: {}, pages: [{ tables: {}, bytes: 0, next: null }] });
  });

  it('finds a key to go on by in every table of every room that names a user', async () => {
    for (const room of ROOMS) {
      const without = await test.rows(`select tab from (${COLUMNS(room, `c.column_name in ${USER_COLUMNS} and c.data_type = 'text' and c.table_name not in ${PLUMBING}`)}) named
        where not exists (select from pg_index i where i.indrelid = format('%I.%I', '${room}', tab)::regclass and i.indisprimary)`);
      expect([room, without]).toEqual([room, []]);
    }
  });

  it('finds its rows by an index in every table of every room', async () => {
    for (const room of ROOMS) {
      const without = await test.rows(`select tab || '.' || col as column from (${COLUMNS(room, `c.column_name in ${USER_COLUMNS} and c.data_type = 'text' and c.table_name not in ${PLUMBING}`)}) named
        where not exists (select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
          where i.indrelid = format('%I.%I', '${room}', tab)::regclass and a.attname = col and i.indpred is null)`);
      expect([room, without]).toEqual([room, []]);
    }
  });

  it('is made by the room itself alone', async () => {
    await expect(codes.rows(`select rewards.export_page('nina', null, 1)`)).rejects.toThrow('permission denied');
  });
});
