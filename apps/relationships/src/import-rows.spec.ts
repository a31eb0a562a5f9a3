import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeCursor, type Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { listImportRefusals, openImport, readImport, saveImport } from './import-rows.queries.js';

describe('an import', () => {
  let t: TestDatabase;
  let db: Database;
  beforeAll(async () => {
    t = await TestDatabase.create();
    db = await t.open('relationships');
  }, 60_000);
  afterAll(() => t.close());

  it('can be asked how far it is, and for the lines that it refused, in their order and page by page', async () => {
    const refusals = [9, 2, 30, 4].map((line) => ({ line, reason: 'referral_loop' }));
    await db.transaction(async (tx) => {
      const row = await openImport(tx, 'from-the-old-one');
      await saveImport(tx, { ...row, line: 40, users: 30, refused: refusals.length }, refusals);
    });
    expect(await readImport(db, 'from-the-old-one')).toMatchObject({ id: 'from-the-old-one', line: 40, users: 30, refused: 4 });
    const list = (cursor?: string) => listImportRefusals(db, { importId: 'from-the-old-one', limit: 3, ...(cursor && { cursor }) });
    const first = await list();
    const second = await list(first.nextCursor!);
    expect([...first.data, ...second.data].map(({ line }) => line)).toEqual([2, 4, 9, 30]);
    expect(second.nextCursor).toBeNull();
    await expect(list(encodeCursor(['the first']))).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('that nobody began is not found, and has refused nothing', async () => {
    await expect(readImport(db, 'none')).rejects.toMatchObject({ code: 'not_found' });
    expect(await listImportRefusals(db, { importId: 'none', limit: 3 })).toEqual({ data: [], nextCursor: null });
  });
});
