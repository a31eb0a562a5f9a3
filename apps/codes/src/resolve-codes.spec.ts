import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Code } from '@referrals/contracts';
import { TestDatabase } from '@referrals/testing';
import type { Database } from '@referrals/persistence';
import { addAliases } from './add-aliases.js';
import { AttributionTokens } from './attribution-token.js';
import { createCode, type Creation } from './create-code.js';
import { issueCodes } from './issue-codes.js';
import { issueToken } from './issue-token.js';
import { resolveCodes } from './resolve-codes.js';

const tokens = new AttributionTokens('a secret of this spec');
const NOBODY = '0190a0a0-0000-7000-8000-000000000000';
let t: TestDatabase;
let db: Database;
let auto: Code;
let custom: Code;

const create = (request: Partial<Creation> & { code: string }) => db.transaction((tx) => createCode(tx, { userId: 'owner', type: 'custom', ...request }));
const alias = async (text: string, codeId: string) => (await db.transaction((tx) => addAliases(tx, { aliases: [{ text, codeId }] }))).items[0]!.outcome;
const resolve = (...items: ({ code: string } | { attributionToken: string })[]) => resolveCodes(db, tokens, { items });
const idsOf = async (...texts: string[]) => (await resolve(...texts.map((code) => ({ code })))).map((code) => ('codeId' in code ? code.codeId : code.problem));

beforeAll(async () => {
  t = await TestDatabase.create();
  db = await t.open('codes');
  auto = (await db.transaction((tx) => issueCodes(tx, ['owner'], undefined, () => 'ABCDEFGH'))).outcomes[0] as Code;
  custom = (await create({ code: 'OIL-110', maxUses: 9, expiresAt: '2027-01-01T00:00:00.000Z' })) as Code;
});
afterAll(() => t.close());

describe('resolving', () => {
  it('answers a whole batch in its order', async () => {
    const [first, second, third, fourth] = await resolve({ code: 'oil-110' }, { code: 'ZZZZZZZZ' }, { code: 'ABCD' + 'EFGH' }, { code: '§' });
    expect(first).toEqual({
      codeId: custom.id, ownerId: 'owner', type: 'custom', isActive: true, expiresAt: '2027-01-01T00:00:00.000Z', maxUses: 9, dailyLimit: null,
    });
    expect(second).toEqual({ problem: 'not_found' });
    expect(third).toMatchObject({ codeId: auto.id, type: 'auto' });
    expect(fourth).toEqual({ problem: 'invalid_format' });
    expect(await resolve()).toEqual([]);
  });

  it('finds what people paste, dictate or mistype', async () => {
    const texts = ['OIL-110', 'oil110', '0IL-11O', ' O I L – 1 1 0 ', 'o1l\u200b110', 'ＯＩＬ１１０', '\ufeffOIL\u2011110\n'];
    expect(await idsOf(...texts)).toEqual(texts.map(() => custom.id));
  });

  it('takes nothing foreign for somebody’s code', async () => {
    expect(await idsOf('0ABCDEFGH', 'ABCDEFGH1', 'ABCD0EFGHL')).toEqual(['not_found', 'not_found', 'not_found']);
    expect(await idsOf('ABCDEFGH!', 'АBCDEFGH', 'ABCDEFGHß', 'ÀBCDEFGH', 'ABCDEFG\u0399', 'AB', 'A'.repeat(21), '')).toEqual(Array(8).fill('invalid_format'));
  });

  it('tells codes that may not be used as they are, for the caller to judge', async () => {
    const paused = (await create({ code: 'PAUSED-26' })) as Code;
    await t.rows('update codes.code set is_active = false where id = $1', [paused.id]);
    expect(await resolve({ code: 'PAUSED-26' })).toEqual([expect.objectContaining({ codeId: paused.id, isActive: false })]);
  });
});

describe('an alias', () => {
  it('leads to its code by its exact text, foreign as it may be', async () => {
    expect(await alias('tïll/1', custom.id)).toBe('added');
    expect(await alias('tïll/1', custom.id)).toBe('added');
    expect(await idsOf('tïll/1', 'TÏLL/1', 'tïll/1 ')).toEqual([custom.id, 'invalid_format', 'invalid_format']);
  });

  it('comes before a lookup key', async () => {
    expect(await alias('OIL1I0', auto.id)).toBe('added');
    expect(await idsOf('OIL1I0', 'OIL110', 'oil1i0')).toEqual([auto.id, custom.id, custom.id]);
  });

  it('can hide no code', async () => {
    expect(await alias('OIL-110', auto.id)).toBe('code_taken');
    expect(await alias('abcdefgh', custom.id)).toBe('code_taken');
    expect(await alias('tïll/1', auto.id)).toBe('code_taken');
    expect(await alias('abcdefgh', auto.id)).toBe('added');
    expect(await alias('elsewhere', NOBODY)).toBe('not_found');
  });

  it('keeps its lookup key from new codes, automatic ones included', async () => {
    expect(await alias('old-code', auto.id)).toBe('added');
    expect(await create({ code: 'OLD-C0DE' })).toMatchObject({ code: 'code_taken' });
    const draws = ['OLDCODE', 'NEWCODE2'];
    const { outcomes } = await db.transaction((tx) => issueCodes(tx, ['newcomer'], undefined, () => draws.shift()!));
    expect(outcomes).toEqual([expect.objectContaining({ code: 'NEWCODE2' })]);
  });

  it('and a code of the same text are never made both, raced thirty times', async () => {
    for (let n = 0; n < 30; n += 1) {
      const code = `RACED-${n}`;
      const [made, outcome] = await Promise.all([create({ userId: `racer-${n}`, code }), alias(code, auto.id)]);
      expect([outcome === 'added', 'id' in made].filter(Boolean)).toHaveLength(1);
    }
  });
});

describe('a token', () => {
  it('carries a code for 90 days of real time, whatever the test clock says', async () => {
    await t.setClock(new Date('2031-01-01T00:00:00.000Z'));
    const { token, expiresAt } = await issueToken(db, tokens, 'oil110');
    const { issuedAt } = tokens.read(token)!;
    expect(Date.parse(expiresAt) - issuedAt.getTime()).toBe(90 * 86_400_000);
    const [clock] = await t.rows<{ now: Date }>('select clock_timestamp() as now');
    expect(Math.abs(clock!.now.getTime() - issuedAt.getTime())).toBeLessThan(60_000);
    expect(await resolve({ attributionToken: token })).toEqual([expect.objectContaining({ codeId: custom.id })]);
    await t.setClock(null);
  });

  it('is refused from the instant at which it expires', async () => {
    const [clock] = await t.rows<{ now: Date }>('select clock_timestamp() as now');
    const until = (milliseconds: number) => tokens.sign({ codeId: custom.id, issuedAt: new Date(0), expiresAt: new Date(clock!.now.getTime() + milliseconds) });
    const [expired, living] = await resolve({ attributionToken: until(0) }, { attributionToken: until(60_000) });
    expect(expired).toEqual({ problem: 'invalid_token' });
    expect(living).toMatchObject({ codeId: custom.id });
  });

  it('is refused when somebody else signed it, and hurts nobody beside it', async () => {
    const content = { codeId: custom.id, issuedAt: new Date(0), expiresAt: new Date('2100-01-01T00:00:00.000Z') };
    const forged = new AttributionTokens('a guess').sign(content);
    const answers = await resolve({ attributionToken: forged }, { code: 'OIL110' }, { attributionToken: 'nonsense' }, { attributionToken: tokens.sign({ ...content, codeId: NOBODY }) });
    expect(answers).toEqual([{ problem: 'invalid_token' }, expect.objectContaining({ codeId: custom.id }), { problem: 'invalid_token' }, { problem: 'not_found' }]);
  });

  it('is not made for a code that does not exist', async () => {
    await expect(issueToken(db, tokens, 'ZZZZ9999')).rejects.toMatchObject({ code: 'not_found' });
    await expect(issueToken(db, tokens, '!')).rejects.toMatchObject({ code: 'invalid_format' });
  });
});
