import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ringsOf, type Tie } from './ring.js';

const AT = new Date('2026-06-15T12:00:00.000Z');
const day = (n: number): Date => new Date(AT.getTime() + n * 86_400_000);
const tie = (value: number, userId: string, rest: Partial<Tie> = {}): Tie => ({ value, kind: 'device', keyId: 'k', userId, firstSeenAt: AT, lastSeenAt: AT, ...rest });
const usersOf = (ties: Tie[], minSize?: number): string[][] => ringsOf(ties, minSize).map(({ users }) => users);

describe('rings', () => {
  it.each<[string, Tie[], string[][]]>([
    ['nobody', [], []],
    ['one user alone with a value', [tie(1, 'a')], []],
    ['two who share a device', [tie(1, 'b'), tie(1, 'a')], [['a', 'b']]],
    ['a chain over three devices', [tie(1, 'a'), tie(1, 'b'), tie(2, 'b'), tie(2, 'c'), tie(3, 'c'), tie(3, 'd')], [['a', 'b', 'c', 'd']]],
    ['two apart, the larger first', [tie(1, 'a'), tie(1, 'b'), tie(2, 'x'), tie(2, 'y'), tie(2, 'z')], [['x', 'y', 'z'], ['a', 'b']]],
  ])('of %s', (_name, ties, users) => {
    expect(usersOf(ties)).toEqual(users);
  });

  it('may be as long as one likes', () => {
    const ties = Array.from({ length: 50_000 }, (_, n) => [tie(n, `u${n + 1}`), tie(n, `u${n}`)]).reverse().flat();
    expect(ringsOf(ties).map(({ users }) => users.length)).toEqual([50_001]);
  });

  it('below the size asked for are left out', () => {
    const ties = [tie(1, 'a'), tie(1, 'b'), tie(2, 'x'), tie(2, 'y'), tie(2, 'z')];
    expect(usersOf(ties, 3)).toEqual([['x', 'y', 'z']]);
    expect(usersOf(ties, 4)).toEqual([]);
  });

  it('tell what is shared: devices first, by how many, from the first sighting to the last', () => {
    const ties = [
      tie(1, 'a', { kind: 'address' }), tie(1, 'b', { kind: 'address' }), tie(1, 'c', { kind: 'address', lastSeenAt: day(9) }),
      tie(2, 'a', { firstSeenAt: day(-3) }), tie(2, 'b', { lastSeenAt: day(2) }),
    ];
    expect(ringsOf(ties)).toEqual([{ users: ['a', 'b', 'c'], evidence: [
      { kind: 'device', users: 2, firstSeenAt: day(-3), lastSeenAt: day(2) }, { kind: 'address', users: 3, firstSeenAt: AT, lastSeenAt: day(9) },
    ] }]);
  });

  it('tell a value once that is known under two keys, and join who is known under either', () => {
    const old = ['a', 'b', 'c'].map((userId) => tie(1, userId, { keyId: 'old' }));
    const young = ['c', 'd'].map((userId) => tie(2, userId, { keyId: 'young' }));
    expect(ringsOf([...young, ...old])).toEqual([{ users: ['a', 'b', 'c', 'd'], evidence: [{ kind: 'device', users: 3, firstSeenAt: AT, lastSeenAt: AT }] }]);
  });

  it('are exactly who can be reached from each other, in whatever order they are told', () => {
    const ties = fc.array(fc.record({ value: fc.integer({ min: 0, max: 14 }), user: fc.integer({ min: 0, max: 19 }) }), { maxLength: 40 });
    fc.assert(fc.property(ties, (pairs) => {
      const told = pairs.map(({ value, user }) => tie(value, `u${user}`));
      const reached = (from: string): Set<string> => {
        const seen = new Set([from]);
        for (const user of seen) for (const { value } of told.filter(({ userId }) => userId === user)) for (const other of told) if (other.value === value) seen.add(other.userId);
        return seen;
      };
      const expected = new Set(told.map(({ userId }) => [...reached(userId)].sort().join()).filter((users) => users.includes(',')));
      expect(new Set(usersOf(told).map((users) => users.join()))).toEqual(expected);
      expect(usersOf([...told].reverse())).toEqual(usersOf(told));
    }), { numRuns: 300 });
  });
});
