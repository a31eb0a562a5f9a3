import { describe, expect, it } from '@jest/globals';
import { decideLookups, type Lookup, type LookupWindow } from './lookup-limit.js';

const NOW = new Date('2026-11-01T12:00:00.000Z');
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1_000);
const lookup = (limit: number, failed = false): Lookup => ({ networks: [{ network: 'n', limit }], failed });
const decide = (lookups: Lookup[], windows = new Map<string, LookupWindow>(), recent = 0) =>
  decideLookups(lookups, windows, { recent, limit: 3 }, NOW).map(({ retryAfterSeconds }) => retryAfterSeconds);

describe('look-ups', () => {
  it('are admitted up to the limit of a sliding minute', () => {
    expect(decide([lookup(2), lookup(2), lookup(2)])).toEqual([null, null, 60]);
  });

  it('count from now on for a minute and not a moment longer', () => {
    expect(decide([lookup(1)], new Map([['n', { admitted: [ago(60)], failedAt: null }]]))).toEqual([null]);
    expect(decide([lookup(1)], new Map([['n', { admitted: [ago(59.999)], failedAt: null }]]))).toEqual([1]);
  });

  it('wait for the one that must leave the window, not for the oldest', () => {
    const admitted = [ago(50), ago(40), ago(10)];
    expect(decide([lookup(3)], new Map([['n', { admitted, failedAt: null }]]))).toEqual([10]);
    expect(decide([lookup(1)], new Map([['n', { admitted, failedAt: null }]]))).toEqual([50]);
  });

  it('need room in every network, and a refused one takes room in none', () => {
    const windows = new Map<string, LookupWindow>();
    const both: Lookup = { networks: [{ network: 'narrow', limit: 5 }, { network: 'wide', limit: 1 }], failed: false };
    expect(decide([both, both], windows)).toEqual([null, 60]);
    expect(windows.get('narrow')!.admitted).toEqual([NOW]);
  });

  it('that fail are too many over all only for clients that failed lately', () => {
    const failed = { admitted: [], failedAt: ago(20) };
    expect(decide([lookup(9)], new Map([['n', { ...failed }]]), 2)).toEqual([null]);
    expect(decide([lookup(9)], new Map([['n', { ...failed }]]), 3)).toEqual([40]);
    expect(decide([lookup(9)], new Map([['n', { admitted: [], failedAt: ago(60) }]]), 3)).toEqual([null]);
    expect(decide([lookup(9, true), lookup(9)], new Map(), 2)).toEqual([null, 60]);
    expect(decide([{ networks: [], failed: true }], new Map(), 99)).toEqual([null]);
  });
});
