import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CODE_ALPHABET, Refusal } from '@referrals/domain';
import { TestDatabase } from '@referrals/testing';
import type { Code } from '@referrals/contracts';
import type { Database } from '@referrals/persistence';
import { issueCodes, loadAutoCodes } from './issue-codes.js';

let t: TestDatabase;
let db: Database;
beforeAll(async () => {
  t = await TestDatabase.create();
  db = await t.open('codes');
});
afterAll(() => t.close());

const issue = (userIds: string[], draw?: () => string) => db.transaction((tx) => issueCodes(tx, userIds, undefined, draw));
const texts = (outcomes: (Code | Refusal)[]) => outcomes.map((outcome) => (outcome instanceof Refusal ? outcome.code : outcome.code));

describe('a first request for a code', () => {
  it('makes an automatic code of eight symbols without limits', async () => {
    const { outcomes, assigned } = await issue(['first']);
    const code = outcomes[0] as Code;
    expect(code).toMatchObject({ userId: 'first', type: 'auto', isActive: true, usesCount: 0, maxUses: null, dailyLimit: null, expiresAt: null, metadata: null });
    expect(code.code).toMatch(new RegExp(`^[${CODE_ALPHABET}]{8}$`));
    expect(assigned).toEqual([code]);
  });

  it('gives 200 transactions at once the same code', async () => {
    const outcomes = (await Promise.all(Array.from({ length: 200 }, () => issue(['crowded'])))).flatMap((result) => result.outcomes);
    expect(new Set((outcomes as Code[]).map(({ id }) => id)).size).toBe(1);
    expect(await t.rows(`select id from codes.code where user_id = 'crowded'`)).toHaveLength(1);
  });

  it('gives groups of the same users in different order one code each', async () => {
    const users = Array.from({ length: 40 }, (_, n) => `group-${n}`);
    const results = await Promise.all([users, [...users].reverse(), [...users, ...users]].map((group) => issue(group)));
    expect(results[1]!.outcomes).toEqual([...results[0]!.outcomes].reverse());
    expect(results[2]!.outcomes).toEqual([...results[0]!.outcomes, ...results[0]!.outcomes]);
    expect(results.flatMap(({ assigned }) => assigned)).toHaveLength(40);
  });
});

describe('a later request', () => {
  it('finds the code before the transaction and writes nothing', async () => {
    const [made] = (await issue(['later'])).outcomes;
    const known = await loadAutoCodes(db, ['later']);
    const [before] = await t.rows<{ xmin: string }>(`select xmin::text from codes.code where user_id = 'later'`);
    const { outcomes, assigned } = await db.transaction((tx) => issueCodes(tx, ['later'], known));
    expect(outcomes).toEqual([made]);
    expect(assigned).toEqual([]);
    expect(await t.rows(`select xmin::text from codes.code where user_id = 'later'`)).toEqual([before]);
  });
});

describe('a drawn code that is taken', () => {
  it('is drawn again, eight times at most', async () => {
    expect(texts((await issue(['taken'], () => 'AAAA2222')).outcomes)).toEqual(['AAAA2222']);
    const draws = [...Array<string>(8).fill('AAAA2222'), 'BBBB3333'];
    expect(texts((await issue(['lucky'], () => draws.shift()!)).outcomes)).toEqual(['BBBB3333']);
    expect(draws).toEqual([]);
  });

  it('ends as code_space_exhausted without harm to others of the group', async () => {
    let draws = 0;
    const { outcomes } = await issue(['unlucky', 'lucky'], () => ((draws += 1), 'AAAA2222'));
    expect(texts(outcomes)).toEqual(['code_space_exhausted', 'BBBB3333']);
    expect(draws).toBe(2 + 8);
    expect(await t.rows(`select id from codes.code where user_id = 'unlucky'`)).toEqual([]);
  });

  it('is no code of two users of one group either', async () => {
    const draws = ['CCCC2222', 'CCCC2222', 'DDDD2222'];
    const { outcomes } = await issue(['twin-a', 'twin-b'], () => draws.shift()!);
    expect(texts(outcomes)).toEqual(['CCCC2222', 'DDDD2222']);
  });
});
