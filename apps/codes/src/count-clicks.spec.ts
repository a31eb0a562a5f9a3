import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Refusal } from '@referrals/domain';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { AttributionTokens } from './attribution-token.js';
import { CodeEntity } from './code-row.js';
import { countClicks } from './count-clicks.js';
import { createCode } from './create-code.js';
import { findCodes } from './find-codes.js';

describe('clicks', () => {
  let t: TestDatabase;
  let db: Database;
  let id: string;
  const tokens = new AttributionTokens('a secret');

  beforeAll(async () => {
    t = await TestDatabase.create();
    db = await t.open('codes', [CodeEntity]);
    const code = await db.transaction((tx) => createCode(tx, { userId: 'till', type: 'campaign', code: 'CLICKED' }));
    id = (code as { id: string }).id;
  });
  afterAll(() => t.close());

  const click = async (clicks: { code: string; counts: boolean }[]) => {
    const found = await findCodes(db, clicks.map(({ code }) => ({ text: code })));
    return db.transaction((tx) => countClicks(tx, clicks, found, tokens));
  };
  const counted = () => t.rows('select code_id as "codeId", clicks from codes.click');

  it('are counted by code, those of previews not, and each gets a token that leads to the code', async () => {
    const outcomes = await click([{ code: 'clicked', counts: true }, { code: 'NOBODYS', counts: true }, { code: 'CL1CKED', counts: false }, { code: 'CLICKED', counts: true }]);
    expect(outcomes.map((outcome) => (outcome instanceof Refusal ? outcome.code : tokens.read(outcome.token)?.codeId))).toEqual([id, 'not_found', id, id]);
    expect(await counted()).toEqual([{ codeId: id, clicks: 2 }]);
  });

  it('are all counted, however many come at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => click([{ code: 'CLICKED', counts: true }])));
    expect(await counted()).toEqual([{ codeId: id, clicks: 22 }]);
  });
});
