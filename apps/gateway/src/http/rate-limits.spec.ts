import { describe, expect, test } from '@jest/globals';
import { RateLimit } from './rate-limits.js';

const MINUTE = 60_000;
const takeMany = (limit: RateLimit, count: number, now: number, client = 'a'): number =>
  Array.from({ length: count }, () => limit.take(client, now)!).filter((turn) => !turn.isRefused).length;

describe('a rate limit', () => {
  test('lets as many through as it says, each client by itself', () => {
    const limit = new RateLimit(10);
    expect(takeMany(limit, 15, 0)).toBe(10);
    expect(takeMany(limit, 15, 0, 'b')).toBe(10);
    expect(limit.take('a', 0)).toEqual({ limit: 10, remaining: 0, resetSeconds: 60, isRefused: true });
  });

  test('slides: over the turn of the minute it lets no burst of twice as many through', () => {
    const limit = new RateLimit(100);
    expect(takeMany(limit, 200, MINUTE - 1)).toBe(100);
    expect(takeMany(limit, 200, MINUTE)).toBe(0);
    expect(takeMany(limit, 200, 1.5 * MINUTE)).toBe(50);
    expect(takeMany(limit, 200, 4 * MINUTE)).toBe(100);
  });

  test('tells what is left', () => {
    const limit = new RateLimit(3);
    expect([0, 1, 2].map((at) => limit.take('a', at)!.remaining)).toEqual([2, 1, 0]);
  });

  test('counts nothing where there is none, and keeps no more clients than it may', () => {
    expect(new RateLimit(0).take('a')).toBeNull();
    const limit = new RateLimit(1);
    for (let n = 0; n < 100_000; n += 1) limit.take(`c${n}`, 0);
    expect(limit.take('one more', 0)!.isRefused).toBe(false);
    expect(limit.take('and another', 0)!.isRefused).toBe(true);
  });
});
