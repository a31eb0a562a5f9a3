import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Code } from '@referrals/contracts';
import { encodeCursor, type Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { CodeEntity } from './code-row.js';
import { createCode } from './create-code.js';
import { issueCodes } from './issue-codes.js';
import { listCodes } from './list-codes.js';
import { searchCodes } from './search-codes.js';

let t: TestDatabase;
let db: Database;
const made: Code[] = [];
beforeAll(async () => {
  t = await TestDatabase.create();
  db = await t.open('codes', [CodeEntity]);
  made.push((await db.transaction((tx) => issueCodes(tx, ['lister']))).outcomes[0] as Code);
  for (const code of ['LIST-2', 'LIST-3', 'LIST-4', 'LIST-5']) {
    const request = { userId: 'lister', type: 'campaign' as const, code, expiresAt: '2027-01-01T00:00:00.000Z', metadata: { n: 1 }, dailyLimit: 4 };
    made.push((await db.transaction((tx) => createCode(tx, request))) as Code);
  }
  await db.transaction((tx) => issueCodes(tx, ['somebody else']));
});
afterAll(() => t.close());

describe("the list of a user's codes", () => {
  it('is the newest first, page by page, each code as it was made', async () => {
    const seen: Code[] = [];
    let cursor: string | undefined;
    do {
      const page = await listCodes(db, { userId: 'lister', limit: 2, cursor });
      expect(page.data.length).toBeLessThanOrEqual(2);
      seen.push(...page.data);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual([...made].reverse());
  });

  it('is empty for a user never heard of', async () => {
    expect(await listCodes(db, { userId: 'nobody', limit: 20 })).toEqual({ data: [], nextCursor: null });
  });

  it.each(['x', encodeCursor(['x']), encodeCursor([]), encodeCursor(["' or 1=1"])])('refuses the cursor %j', async (cursor) => {
    await expect(listCodes(db, { userId: 'lister', limit: 2, cursor })).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('the search for codes', () => {
  it('leads from what was typed to the code, of any kind or of the one that is wanted', async () => {
    const found = async (code: string, type?: 'campaign' | 'custom') => (await searchCodes(db, { code, limit: 1, ...(type && { type }) })).data.map(({ id }) => id);
    expect([await found('list3'), await found('LIST-3', 'campaign'), await found('LIST-3', 'custom'), await found('NOBODY-HAS-IT')]).toEqual([[made[2]!.id], [made[2]!.id], [], []]);
    expect(await found(made[0]!.code)).toEqual([made[0]!.id]);
  });

  it('lists all of a kind, the newest first, page by page', async () => {
    const first = await searchCodes(db, { type: 'campaign', limit: 3 });
    const second = await searchCodes(db, { type: 'campaign', limit: 3, cursor: first.nextCursor! });
    expect([...first.data, ...second.data]).toEqual(made.slice(1).reverse());
    expect((await searchCodes(db, { type: 'custom', limit: 3 })).data).toEqual([]);
  });

  it.each(['x', encodeCursor(['x'])])('refuses the cursor %j', async (cursor) => {
    await expect(searchCodes(db, { limit: 2, cursor })).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
