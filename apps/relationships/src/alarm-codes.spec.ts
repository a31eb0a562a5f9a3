import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ResolvedCode } from '@referrals/contracts';
import { DAY, SECOND, shift } from '@referrals/domain';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { v7 as uuidv7 } from 'uuid';
import { registerReferrals } from './register-referrals.js';

const NOW = new Date('2026-06-15T12:00:00.000Z');
let t: TestDatabase;
let db: Database;
let count = 0;
beforeAll(async () => {
  t = await TestDatabase.create();
  db = await t.open('relationships');
});
afterAll(() => t.close());
beforeEach(() => t.setClock(NOW));

type Found = Exclude<ResolvedCode, { problem: string }>;
const codeOf = (more: Partial<Found> = {}): Found =>
  ({ codeId: uuidv7(), ownerId: `owner-${(count += 1)}`, type: 'auto', isActive: true, expiresAt: null, maxUses: null, dailyLimit: null, ...more });
const register = (code: Found, referees: string[]) =>
  db.transaction((tx) => registerReferrals(tx, referees.map((refereeId) => ({ refereeId, code: 'CODE' })), referees.map(() => code)));
const strangers = (many: number) => Array.from({ length: many }, () => `referee-${(count += 1)}`);
/** Refused because it is one's own code. */
const refuse = (code: Found, many: number) => register(code, Array.from({ length: many }, () => code.ownerId));
const alarms = async ({ codeId }: Found) =>
  (await t.emitted('relationships', 'code.alarmed')).filter(({ aggregateId }) => aggregateId === codeId).map(({ sequence, data }) => [sequence, data['reason'], data['refused'], data['registered']]);

describe('a code', () => {
  it('raises an alarm at the 200th refusal in 24 hours, and counts anew after it', async () => {
    const code = codeOf();
    await refuse(code, 199);
    expect(await alarms(code)).toEqual([]);
    await refuse(code, 1);
    expect(await alarms(code)).toEqual([[1, 'refusals', 200, 0]]);
    await t.setClock(shift(NOW, SECOND));
    await refuse(code, 199);
    expect(await alarms(code)).toHaveLength(1);
    await refuse(code, 1);
    expect(await alarms(code)).toEqual([[1, 'refusals', 200, 0], [2, 'refusals', 200, 0]]);
  });

  it('forgets refusals of 24 hours ago, and not those a second younger', async () => {
    const [old, young] = [codeOf(), codeOf()];
    await refuse(old, 199);
    await t.setClock(shift(NOW, SECOND));
    await refuse(young, 199);
    await t.setClock(shift(NOW, DAY));
    await refuse(old, 1);
    await refuse(young, 1);
    expect(await alarms(old)).toEqual([]);
    expect(await alarms(young)).toHaveLength(1);
  });

  it('counts exactly when ten refuse at once', async () => {
    const code = codeOf();
    await Promise.all(Array.from({ length: 10 }, () => refuse(code, 20)));
    expect(await alarms(code)).toEqual([[1, 'refusals', 200, 0]]);
  });

  it('does not count what is answered alike again, or what is refused because it is paused', async () => {
    const code = codeOf();
    const [referee] = strangers(1);
    await register(code, [referee!]);
    await register(code, Array.from({ length: 250 }, () => referee!));
    await register({ ...code, isActive: false }, strangers(250));
    expect(await alarms(code)).toEqual([]);
  });

  it('for a campaign raises an alarm at the 2,500th registration', async () => {
    const code = codeOf({ type: 'campaign' });
    for (let group = 0; group < 10; group += 1) await register(code, strangers(group < 9 ? 250 : 249));
    expect(await alarms(code)).toEqual([]);
    await register(code, strangers(1));
    expect(await alarms(code)).toEqual([[1, 'registrations', 0, 2_500]]);
  });
});
