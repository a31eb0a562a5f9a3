import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Code } from '@referrals/contracts';
import { openLog } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { v7 as uuidv7 } from 'uuid';
import { createCode } from './create-code.js';
import { pauseCodes } from './pause-codes.js';
import { updateCode } from './update-code.js';

describe('a code that raised an alarm', () => {
  let t: TestDatabase;
  let db: Database;
  beforeAll(async () => {
    t = await TestDatabase.create();
    db = await t.open('codes');
  });
  afterAll(() => t.close());

  const log = openLog('codes', { level: 'silent' });
  const alarm = (codeId: string) => {
    const at = '2026-11-01T12:00:00.000Z';
    const data = { codeId, reason: 'refusals' as const, refused: 200, registered: 0, alarmedAt: at };
    return db.transaction((tx) => pauseCodes(tx, [{ id: uuidv7(), aggregateId: codeId, sequence: 1, occurredAt: at, data }], log));
  };

  it('is paused with its reason and an audit row, until somebody activates it', async () => {
    const { id } = (await db.transaction((tx) => createCode(tx, { userId: 'till', type: 'custom', code: 'LEAKED' }))) as Code;
    await alarm(id);
    await alarm(id);
    expect(await t.rows('select is_active, paused_reason from codes.code where id = $1', [id])).toEqual([{ is_active: false, paused_reason: 'refusals' }]);
    expect(await t.rows('select action, after from codes.audit where subject = $1', [id])).toEqual([
      { action: 'code.paused', after: { isActive: false, pausedReason: 'refusals' } },
    ]);
    expect(await db.transaction((tx) => updateCode(tx, { codeId: id, isActive: true }, null))).toMatchObject({ isActive: true, pausedReason: null });
  });
});
