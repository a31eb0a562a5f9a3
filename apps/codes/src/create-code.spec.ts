import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { codes, type Code } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { TestDatabase } from '@referrals/testing';
import type { Database } from '@referrals/persistence';
import { createCode, type Creation } from './create-code.js';

const NOON = new Date('2026-11-01T12:00:00.000Z');
const at = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000);

let t: TestDatabase;
let db: Database;
let made = 0;
beforeAll(async () => {
  t = await TestDatabase.create();
  db = await t.open('codes');
});
beforeEach(() => t.setClock(NOON));
afterAll(() => t.close());

const create = (request: Partial<Creation> & { code: string }) =>
  db.transaction((tx) => createCode(tx, { userId: 'maker', type: 'custom', ...request }));
const fresh = () => `CODE-${(made += 1)}`;
const word = (outcome: Code | Refusal) => (outcome instanceof Refusal ? outcome.code : 'created');

describe('a custom code', () => {
  it('carries what it was made with', async () => {
    const wanted = { maxUses: 5, expiresAt: '2026-12-01T01:00:00+01:00', metadata: { channel: 'mail', deep: [1, null] }, sourceAppId: 'chat' };
    expect(await create({ userId: 'till', code: 'TILL-26', ...wanted })).toMatchObject({
      userId: 'till', code: 'TILL-26', type: 'custom', ...wanted, expiresAt: '2026-12-01T00:00:00.000Z', usesCount: 0, createdAt: NOON.toISOString(),
    });
  });

  it.each(['AB', 'A--', '-----', 'A'.repeat(21), 'SUMMER 26', 'SÜMMER', 'ſUMMER', 'SUMMER\u200b', 'АBCDEF', ''])('is refused as invalid_format: %j', async (code) => {
    expect(word(await create({ code }))).toBe('invalid_format');
  });

  it.each(['ADMIN', 'ADM1N', 'AD-MIN', 'SUPP0RT', 'HELP', 'OFFICIA1', 'STAFF'])('is refused as reserved, look-alikes included: %s', async (code) => {
    expect(word(await create({ code }))).toBe('reserved');
  });

  it.each(['FUCK-YOU', 'F-U-C-K', 'SH1T', 'B1TCH26'])('is refused for profanity: %s', async (code) => {
    expect(word(await create({ code }))).toBe('reserved');
  });

  it.each(['SCUNTHORPE', 'CLASSIC', 'ADMINTON', 'PASS-EXAM'])('may contain what only looks like a bad word: %s', async (code) => {
    expect(word(await create({ userId: `of ${code}`, code }))).toBe('created');
  });

  it('cannot look like another one', async () => {
    expect(word(await create({ userId: 'a', code: 'LOLLI-10' }))).toBe('created');
    for (const code of ['LOLLI-10', 'L0LLI10', '1O11-IIO', 'LOL-LI-1O']) expect(word(await create({ userId: 'b', code }))).toBe('code_taken');
  });

  it('goes to one of twenty who want it at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => create({ userId: `racer-${n}`, code: n % 2 ? 'RACE-OIL' : 'RACE011' })));
    expect(outcomes.map(word).sort()).toEqual([...Array<string>(19).fill('code_taken'), 'created']);
  });

  it('has no daily limit', async () => {
    const outcome = await create({ code: fresh(), dailyLimit: 5 });
    expect(outcome).toMatchObject({ code: 'invalid_request', errors: [{ path: 'dailyLimit' }] });
  });
});

describe('creations per user and hour', () => {
  it('are ten in any sliding hour, and the eleventh is told when to come back', async () => {
    for (let n = 0; n < 10; n += 1) {
      await t.setClock(at(n));
      expect(word(await create({ userId: 'busy', code: fresh() }))).toBe('created');
    }
    await t.setClock(at(59));
    expect(await create({ userId: 'busy', code: fresh() })).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 60 });
    await t.setClock(at(60));
    expect(word(await create({ userId: 'busy', code: fresh() }))).toBe('created');
    expect(await create({ userId: 'busy', code: fresh() })).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 60 });
  });

  it('are ten when thirty are tried at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => create({ userId: 'hasty', code: fresh() })));
    expect(outcomes.map(word).sort()).toEqual([...Array<string>(10).fill('created'), ...Array<string>(20).fill('rate_limited')]);
  });

  it('count neither refusals nor campaign codes', async () => {
    for (let n = 0; n < 12; n += 1) {
      expect(word(await create({ userId: 'patient', code: 'ADMIN' }))).toBe('reserved');
      expect(word(await create({ userId: 'patient', code: fresh(), type: 'campaign' }))).toBe('created');
    }
    expect(word(await create({ userId: 'patient', code: fresh() }))).toBe('created');
  });
});

describe('a campaign code', () => {
  it('has an owner and may have a daily limit', async () => {
    expect(await create({ userId: 'shop', code: 'LAUNCH-26', type: 'campaign', dailyLimit: 500, maxUses: 10_000 })).toMatchObject({
      userId: 'shop', type: 'campaign', dailyLimit: 500, maxUses: 10_000,
    });
  });
});

describe('metadata', () => {
  it('is refused beyond 4 KiB by the contract and by the programme', async () => {
    const metadata = { text: 'x'.repeat(4_100) };
    expect(codes.create.request.safeParse({ userId: 'u', type: 'custom', code: 'FINE', metadata }).success).toBe(false);
    expect(await create({ code: fresh(), metadata })).toMatchObject({ code: 'invalid_request', errors: [{ path: 'metadata' }] });
  });
});
