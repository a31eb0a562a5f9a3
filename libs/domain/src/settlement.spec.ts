import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { balancesAfter, NO_BALANCES, redeem } from './ledger.js';
import { cashbackDue, settle, UNGRANTED, type Target } from './settlement.js';

const PAY: Target = { rejects: false, pays: true, due: 100, stake: 0 };
const reasons = (from: Parameters<typeof settle>[1], target: Target, balances = { ...NO_BALANCES, available: 100 }) =>
  settle(100, from, target, balances, 'EUR').transfers.map(({ reason, amount }) => [reason, amount]);
const PAID = { isGranted: true, wasPaid: true, held: 0, takenBack: 0, stake: 0 };

describe('a bonus moves', () => {
  it.each<[string, Parameters<typeof reasons>, unknown[]]>([
    ['when it is paid', [UNGRANTED, PAY], [['bonus', 100]]],
    ['when it waits', [UNGRANTED, { ...PAY, pays: false }], [['hold', 100]]],
    ['nowhere when it is refused', [UNGRANTED, { ...PAY, rejects: true }], []],
    ['back from hold when it is refused', [{ ...PAID, wasPaid: false, held: 100 }, { ...PAY, rejects: true }, { available: 0, held: 100, debt: 0 }], [['void', 100]]],
    ['back in part when part of the payment went back', [PAID, { ...PAY, due: 70 }], [['clawback', 30]]],
    ['into debt when it was spent', [PAID, { ...PAY, due: 0 }, { available: 20, held: 0, debt: 0 }], [['clawback', 20], ['debt', 80]]],
    ['into hold while a dispute is open', [PAID, { ...PAY, stake: 100 }], [['dispute_opened', 100]]],
    ['into hold only as far as it is still there', [PAID, { ...PAY, stake: 100 }, { available: 40, held: 0, debt: 0 }], [['dispute_opened', 40]]],
    ['out of hold when the dispute is won', [{ ...PAID, held: 100, stake: 100 }, PAY, { available: 0, held: 100, debt: 0 }], [['release', 100]]],
    ['out of hold and back when the dispute is lost', [{ ...PAID, held: 100, stake: 100 }, { ...PAY, due: 0 }, { available: 0, held: 100, debt: 0 }], [['clawback', 100]]],
    ['into the debt first', [UNGRANTED, PAY, { available: 0, held: 0, debt: 30 }], [['bonus', 100], ['debt_repayment', 30]]],
    ['nowhere the second time', [PAID, PAY], []],
  ])('%s', (_, [from, target, balances], expected) => {
    expect(reasons(from, target, balances)).toEqual(expected);
  });

  it('to the same end whatever the targets on the way were, while nothing is spent', () => {
    const target = fc.record({ rejects: fc.constant(false), pays: fc.boolean(), due: fc.nat(100), stake: fc.nat(100) });
    fc.assert(fc.property(fc.array(target, { maxLength: 8 }), fc.nat(100), fc.nat(100), (way, due, stake) => {
      const end = (targets: Target[]) => targets.reduce(({ position, balances, pays }, next) => {
        const paysOn = pays || next.pays; // what was paid stays paid
        const moved = settle(100, position, { ...next, pays: paysOn }, balances, 'EUR');
        return { position: moved.position, balances: balancesAfter(balances, moved.transfers), pays: paysOn };
      }, { position: { ...UNGRANTED }, balances: { ...NO_BALANCES }, pays: false });
      const last = { ...PAY, due, stake };
      expect(end([...way, last])).toEqual(end([last]));
    }), { numRuns: 10_000 });
  });

  it('to the same sum of available, held and debt, whatever was spent on the way, and never below zero', () => {
    const step = fc.oneof(fc.record({ due: fc.nat(100), stake: fc.nat(100) }), fc.record({ spend: fc.nat(100) }));
    fc.assert(fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let [position, balances, spent] = [{ ...UNGRANTED }, { ...NO_BALANCES }, 0];
      for (const one of [...steps, { due: 40, stake: 0 }]) {
        const transfers = 'spend' in one ? (redeem(balances, 'EUR', one.spend) ?? []) : undefined;
        const moved = transfers ? { position, transfers } : settle(100, position, { ...PAY, ...one }, balances, 'EUR');
        position = moved.position;
        if (transfers) spent += transfers.reduce((sum, { amount }) => sum + amount, 0);
        balances = balancesAfter(balances, moved.transfers);
      }
      expect(balances.available + balances.held - balances.debt).toBe(40 - spent);
      expect(balances.held).toBe(0);
      expect(balances.available === 0 || balances.debt === 0).toBe(true);
    }), { numRuns: 10_000 });
  });
});

describe('the cashback due', () => {
  it.each([
    [{ amount: 1_000, returned: 0, atStake: 0 }, { due: 100, stake: 0 }],
    [{ amount: 1_000, returned: 333, atStake: 0 }, { due: 66, stake: 0 }],
    [{ amount: 1_000, returned: 0, atStake: 1_000 }, { due: 100, stake: 100 }],
    [{ amount: 1_000, returned: 300, atStake: 500 }, { due: 70, stake: 50 }],
    [{ amount: 1_000, returned: 1_000, atStake: 0 }, { due: 0, stake: 0 }],
  ])('of %j is %j', (returns, expected) => {
    expect(cashbackDue(returns, 1_000)).toEqual(expected);
  });
});
