import { byTimeThenId, earliest, isInFuture } from './time.js';

const at = (ms: number) => new Date(Date.UTC(2026, 2, 1) + ms);

describe('time', () => {
  it('tolerates facts up to five minutes ahead', () => {
    expect([isInFuture(at(300_000), at(0), 5), isInFuture(at(300_001), at(0), 5)]).toEqual([false, true]);
  });
  it('finds the earliest of what is there', () => {
    expect(earliest([null, at(5), undefined, at(3), at(9)])).toEqual(at(3));
    expect(earliest([null])).toBeNull();
  });
  it('orders by time, then by id in code units', () => {
    const facts = [{ id: 'b', occurredAt: at(1) }, { id: 'a', occurredAt: at(1) }, { id: 'Z', occurredAt: at(1) }, { id: 'c', occurredAt: at(0) }];
    expect(facts.sort(byTimeThenId).map((fact) => fact.id)).toEqual(['c', 'Z', 'a', 'b']);
  });
});
