import fc from 'fast-check';
import { closesCycle } from './loop.js';

const upwards = (pairs: Record<string, string>) => (user: string) => pairs[user];

describe('closing a cycle', () => {
  it.each([
    ['a user refers themselves', 'a', 'a', {}, true],
    ['the referrer was referred by the referee', 'a', 'b', { b: 'a' }, true],
    ['the referee is five steps up', 'a', 'f', { f: 'e', e: 'd', d: 'c', c: 'b', b: 'a' }, true],
    ['both hang below the same third', 'a', 'b', { b: 'r' }, false],
    ['the referee has referees in another branch', 'a', 'b', { c: 'a', d: 'c' }, false],
    ['the referrer stands in a cycle without the referee', 'a', 'b', { b: 'c', c: 'b' }, false],
  ])('when %s: from %s to %s', (_, referee, referrer, pairs, closes) => expect(closesCycle(referee, referrer, upwards(pairs))).toBe(closes));

  it('refuses exactly the registrations after which somebody would be their own ancestor', () => {
    const user = fc.integer({ min: 0, max: 7 }).map(String);
    fc.assert(
      fc.property(fc.array(fc.tuple(user, user), { maxLength: 40 }), (attempts) => {
        const parents = new Map<string, string>();
        for (const [referee, referrer] of attempts) {
          if (parents.has(referee)) continue;
          const refused = closesCycle(referee, referrer, (u) => parents.get(u));
          const after = new Map(parents).set(referee, referrer);
          expect(refused).toBe(hasCycle(after));
          if (!refused) parents.set(referee, referrer);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** By counting: following parents for more steps than there are users must come round. */
function hasCycle(parents: Map<string, string>): boolean {
  return [...parents.keys()].some((start) => {
    let user: string | undefined = start;
    for (let steps = 0; user !== undefined && steps <= parents.size; steps++) user = parents.get(user);
    return user !== undefined;
  });
}
