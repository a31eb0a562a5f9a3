import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Code } from '@referrals/contracts';
import { encodeCursor, type Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { CodeEntity } from './code-row.js';
import { createCode } from './create-code.js';
import { issueCodes } from './issue-codes.js';
import { listCodes } from './list-codes.js';

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
