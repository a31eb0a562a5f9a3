import fc from 'fast-check';
import { cashbackAfterReturns } from './cashback.js';
import { disputeStates, returnedAmount, returnedAt, type DisputeFact, type RefundFact } from './returns.js';
import { shift } from './time.js';

const day = (n: number) => shift(new Date('2026-03-01T00:00:00Z'), n * 86_400_000);
const refund = (id: string, amount: number, at = 1): RefundFact => ({ id, amount, occurredAt: day(at) });
const lost = (id: string, amount: number | null, at = 2) => ({ id, amount, openedAt: day(at) });
const dispute = (status: DisputeFact['status'], at: number, amount: number | null = null, id = 'd'): DisputeFact => ({ id, status, amount, occurredAt: day(at) });

describe('what went back of a payment of 100', () => {
  it.each([
    ['nothing', [], 0, [], 0],
    ['refunds add up', [refund('a', 30), refund('b', 20)], 0, [], 50],
    ['one refund told twice counts once', [refund('a', 30), refund('a', 30)], 0, [], 30],
    ['never more than the payment', [refund('a', 80), refund('b', 80)], 0, [], 100],
    ['a higher cumulative figure wins', [refund('a', 30)], 70, [], 70],
    ['a lower one does not', [refund('a', 30)], 10, [], 30],
    ['a lost dispute of the whole', [], 0, [lost('d', null)], 100],
    ['a lost dispute of a part', [], 0, [lost('d', 40)], 40],
    ['a dispute of what an earlier refund left', [refund('a', 30, 1)], 0, [lost('d', 70, 2)], 100],
    ['a dispute that a later refund covers', [refund('a', 30, 3)], 0, [lost('d', 30, 2)], 30],
    ['a dispute that a later refund covers in part', [refund('a', 10, 3)], 0, [lost('d', 30, 2)], 30],
    ['one refund covers one of two disputes', [refund('a', 30, 3)], 0, [lost('d', 30, 2), lost('e', 30, 2)], 60],
    ['a refund and a dispute of the whole take it once', [refund('a', 100, 1)], 0, [lost('d', null, 2)], 100],
  ])('%s', (_, refunds, cumulativeSeen, lostDisputes, returned) => {
    expect(returnedAmount({ amount: 100, refunds, cumulativeSeen, lostDisputes })).toBe(returned);
  });

  it('claws back the same in the end, however a sum is split into refunds and in whatever order they come', () => {
    const parts = fc.array(fc.nat(5000), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 20_000 }), parts, fc.nat(10_000), (amount, amounts, rate) => {
      const refunds = amounts.map((part, i) => refund(`r${i}`, part, i));
      let kept = cashbackAfterReturns(amount, 0, rate);
      let clawedBack = 0;
      const full = kept;
      for (let n = 1; n <= refunds.length; n++) {
        const returned = returnedAmount({ amount, refunds: refunds.slice(0, n), cumulativeSeen: 0, lostDisputes: [] });
        const next = cashbackAfterReturns(amount, returned, rate);
        expect(next).toBeLessThanOrEqual(kept);
        clawedBack += kept - next;
        kept = next;
      }
      const sum = Math.min(amount, amounts.reduce((a, b) => a + b, 0));
      expect(clawedBack).toBe(full - cashbackAfterReturns(amount, sum, rate));
      expect(returnedAmount({ amount, refunds: [...refunds].reverse(), cumulativeSeen: 0, lostDisputes: [] })).toBe(sum);
    }));
  });

  it('never falls when one more refund or dispute is heard of, and stays within the payment', () => {
    const refunds = fc.array(fc.tuple(fc.nat(60), fc.nat(5)), { maxLength: 5 });
    const disputes = fc.array(fc.tuple(fc.option(fc.nat(60)), fc.nat(5)), { maxLength: 3 });
    fc.assert(fc.property(refunds, disputes, (r, d) => {
      const known = { refunds: r.map(([amount, at], i) => refund(`r${i}`, amount, at)), lostDisputes: d.map(([amount, at], i) => lost(`d${i}`, amount, at)) };
      const all = returnedAmount({ amount: 100, cumulativeSeen: 0, ...known });
      expect(returnedAmount({ amount: 100, cumulativeSeen: 0, refunds: known.refunds.slice(1), lostDisputes: known.lostDisputes })).toBeLessThanOrEqual(all);
      expect(returnedAmount({ amount: 100, cumulativeSeen: 0, refunds: known.refunds, lostDisputes: known.lostDisputes.slice(1) })).toBeLessThanOrEqual(all);
      expect(all).toBeLessThanOrEqual(100);
    }), { numRuns: 1000 });
  });
});

describe('the state of a dispute', () => {
  it.each([
    ['is the last by time', [dispute('won', 3), dispute('lost', 5)], 'lost', 5],
    ['is decided although opened is told later', [dispute('opened', 9), dispute('won', 3)], 'won', 3],
    ['began with the first of its reports', [dispute('lost', 6), dispute('lost', 4), dispute('opened', 1)], 'lost', 4],
    ['began anew after another one', [dispute('lost', 2), dispute('won', 4), dispute('lost', 6), dispute('lost', 8)], 'lost', 6],
    ['is lost when both are told of one instant', [dispute('lost', 3), dispute('won', 3)], 'lost', 3],
  ] as [string, DisputeFact[], string, number][])('%s', (_, facts, status, since) => {
    for (const order of [facts, [...facts].reverse()]) expect(disputeStates(order)).toMatchObject([{ id: 'd', status, statusAt: day(since) }]);
  });

  it('keeps the amount that any report named, and the time of the first', () => {
    expect(disputeStates([dispute('lost', 5), dispute('opened', 2, 40)])).toEqual([{ id: 'd', status: 'lost', amount: 40, openedAt: day(2), statusAt: day(5) }]);
  });
});

describe('the time of the full return', () => {
  it.each([
    ['is none for a part', [refund('a', 99)], [], [], null],
    ['is that of the refund that completes it', [refund('b', 40, 6), refund('a', 60, 2), refund('c', 10, 9)], [], [], 6],
    ['is that of a cumulative figure', [refund('a', 60, 2)], [{ amount: 100, occurredAt: day(4) }], [], 4],
    ['is that of a lost dispute', [], [], [dispute('opened', 2), dispute('lost', 5)], 5],
    ['is none for one that was won or is open', [], [], [dispute('lost', 2), dispute('won', 5), dispute('opened', 1, null, 'e')], null],
    ['is the earlier of both', [refund('a', 100, 3)], [], [dispute('lost', 5)], 3],
  ] as [string, RefundFact[], { amount: number; occurredAt: Date }[], DisputeFact[], number | null][])('%s', (_, refunds, cumulative, disputes, at) => {
    expect(returnedAt({ amount: 100, refunds, cumulative, disputes: disputeStates(disputes) })).toEqual(at === null ? null : day(at));
  });
});
