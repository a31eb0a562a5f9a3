import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Batcher } from './batcher.js';

const settled = <T>(value: T): PromiseSettledResult<T> => ({ status: 'fulfilled', value });

describe('natural batching', () => {
  it('makes one group of what waits while others are under way, at most two at once', async () => {
    const groups: number[][] = [];
    let [underWay, most] = [0, 0];
    const batcher = new Batcher<number, number>(async (items) => {
      groups.push(items);
      most = Math.max(most, (underWay += 1));
      await sleep(20);
      underWay -= 1;
      return items.map((item) => settled(item * 2));
    }, { size: 100 });
    const first = [batcher.add(1), batcher.add(2)];
    await sleep(5);
    const second = [batcher.add(3)];
    await sleep(5);
    const rest = [4, 5, 6].map((item) => batcher.add(item));
    expect(await Promise.all([...first, ...second, ...rest])).toEqual([2, 4, 6, 8, 10, 12]);
    expect(groups).toEqual([[1, 2], [3], [4, 5, 6]]);
    expect(most).toBe(2);
  });

  it('never makes a group larger than told', async () => {
    const sizes: number[] = [];
    const batcher = new Batcher<number, number>((items) => {
      sizes.push(items.length);
      return Promise.resolve(items.map(settled));
    }, { size: 10 });
    await Promise.all(Array.from({ length: 25 }, (_, n) => batcher.add(n)));
    expect(sizes).toEqual([10, 10, 5]);
  });

  it('gives each item its own outcome, and all of them the failure of the whole', async () => {
    const batcher = new Batcher<number, number>((items) => {
      if (items.includes(0)) return Promise.reject(new Error('all'));
      return Promise.resolve(items.map((item) => (item < 0 ? { status: 'rejected', reason: new Error('one') } : settled(item))));
    }, { size: 10 });
    const [good, bad] = await Promise.allSettled([batcher.add(1), batcher.add(-1)]);
    expect([good.status, bad.status]).toEqual(['fulfilled', 'rejected']);
    await expect(batcher.add(0)).rejects.toThrow('all');
  });

  it('lets a crowd gather before the next group begins, and never lets a lone item wait', async () => {
    const begun: { size: number; at: number }[] = [];
    const batcher = new Batcher<number, number>((items) => {
      begun.push({ size: items.length, at: performance.now() });
      return Promise.resolve(items.map(settled));
    }, { size: 100, gatherMs: 60 });
    await batcher.add(0);
    await batcher.add(0);
    await Promise.all(Array.from({ length: 20 }, (_, n) => batcher.add(n)));
    await Promise.all([batcher.add(1), sleep(20).then(() => batcher.add(2))]);
    expect(begun.map(({ size }) => size)).toEqual([1, 1, 20, 2]);
    expect(begun[1]!.at - begun[0]!.at).toBeLessThan(50);
    expect(begun[3]!.at - begun[2]!.at).toBeGreaterThanOrEqual(59);
  });

  it('tells how many are here as a group begins, those of other groups and those that wait among them', async () => {
    const presents: number[] = [];
    const batcher = new Batcher<number, number>(async (items, present) => {
      presents.push(present);
      await sleep(5);
      return items.map(settled);
    }, { size: 4, inFlight: 2 });
    await Promise.all(Array.from({ length: 20 }, (_, n) => batcher.add(n)));
    expect(presents).toEqual([20, 20, 16, 12, 8]);
    await batcher.add(0);
    expect(presents.at(-1)).toBe(1);
  });

  it('tells callers to come back when too many wait', async () => {
    const batcher = new Batcher<number, number>(async (items) => {
      await sleep(20);
      return items.map(settled);
    }, { size: 1, inFlight: 1, queue: 3 });
    const waiting = [1, 2, 3].map((item) => batcher.add(item));
    await expect(batcher.add(4)).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
    expect(await Promise.all(waiting)).toEqual([1, 2, 3]);
  });
});
