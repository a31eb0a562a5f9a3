import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Linger } from './linger.js';

describe('what lingers', () => {
  const watched = () => {
    const released: string[][] = [];
    return { released, linger: new Linger<string>((items) => released.push(items)) };
  };

  it('is released when what it waits for has come, and only what waits for that', () => {
    const { released, linger } = watched();
    linger.hold('a', 'a1', 5_000);
    linger.hold('b', 'b1', 5_000);
    linger.hold('a', 'a2', 5_000);
    linger.end('c');
    linger.end('a');
    linger.end('a');
    expect(released).toEqual([['a1', 'a2']]);
    linger.clear();
  });

  it('is released when the time is up', async () => {
    const released = await new Promise<string[]>((resolve) => new Linger<string>(resolve).hold('a', 'a1', 10));
    expect(released).toEqual(['a1']);
  });

  it('gives way, the oldest first, when more comes than is kept', () => {
    const released: string[][] = [];
    const linger = new Linger<string>((items) => released.push(items), 2);
    for (const key of ['a', 'b', 'c', 'b', 'd']) linger.hold(key, key, 5_000);
    expect(released).toEqual([['a'], ['b', 'b']]);
    linger.clear();
  });

  it('is forgotten when its room stops', async () => {
    const { released, linger } = watched();
    linger.hold('a', 'a1', 1);
    linger.clear();
    await sleep(20);
    expect(released).toEqual([]);
  });
});
