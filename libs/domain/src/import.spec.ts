import { describe, expect, it } from '@jest/globals';
import { decideImports, importedStages, type ImportedReferral } from './import.js';

const NOW = new Date('2026-06-15T12:00:00.000Z');
const day = (n: number): Date => new Date(Date.UTC(2025, 0, n));
const line = (refereeId: string, referrerId: string, more: Partial<ImportedReferral> = {}): ImportedReferral =>
  ({ refereeId, referrerId, registeredAt: day(1), activatedAt: null, qualifiedAt: null, retainedAt: null, ...more });
const decide = (list: ImportedReferral[], known: Record<string, string> = {}) =>
  decideImports(list, { now: NOW, futureToleranceMinutes: 5, referrerOf: (user) => known[user] });

describe('a line of history', () => {
  it.each([
    ['is imported', line('b', 'a'), {}, 'imported'],
    ['is unchanged where it is known', line('b', 'a'), { b: 'a' }, 'unchanged'],
    ['names no second referrer', line('b', 'a'), { b: 'c' }, 'already_referred'],
    ['is of two people', line('a', 'a'), {}, 'self_referral'],
    ['closes no loop of any length', line('a', 'c'), { c: 'b', b: 'a' }, 'referral_loop'],
    ['lies not in the future', line('b', 'a', { registeredAt: new Date(NOW.getTime() + 300_001) }), {}, 'occurred_in_future'],
    ['has no stage before the registration', line('b', 'a', { activatedAt: day(0) }), {}, 'invalid_order'],
    ['is retained only once it is qualified', line('b', 'a', { retainedAt: day(40) }), {}, 'invalid_order'],
  ])('%s', (_, referral, known, outcome) => expect(decide([referral], known)).toEqual([outcome]));

  it('sees the lines before it', () => {
    expect(decide([line('b', 'a'), line('c', 'b'), line('a', 'c'), line('b', 'a'), line('b', 'x')])).toEqual([
      'imported', 'imported', 'referral_loop', 'unchanged', 'already_referred',
    ]);
  });
});

describe('the stage of a line', () => {
  it.each([
    [line('b', 'a'), 'registered', null],
    [line('b', 'a', { activatedAt: day(2) }), 'activated', day(2)],
    [line('b', 'a', { qualifiedAt: day(3) }), 'qualified', day(3)],
    [line('b', 'a', { activatedAt: day(4), qualifiedAt: day(3) }), 'qualified', day(3)],
    [line('b', 'a', { activatedAt: day(2), qualifiedAt: day(3), retainedAt: day(40) }), 'retained', day(2)],
  ])('%#', (referral, stage, activatedAt) => expect(importedStages(referral)).toEqual({ stage, activatedAt }));
});
