import fc from 'fast-check';
import {
  balancesAfter, bookHeld, bookPaid, clawBack, grantDays, holdDisputed, NO_BALANCES, redeem, release, takeBackDays, voidHeld, writeOffDebt,
  type AccountKind, type Balances, type Transfer,
} from './ledger.js';

const have = (available: number, held = 0, debt = 0): Balances => ({ available, held, debt });
const brief = (transfers: Transfer[] | null) => transfers?.map((t) => `${t.from}>${t.to} ${t.amount} ${t.reason}`) ?? null;
const unit = 'credits';

describe('transfers', () => {
  it.each([
    ['a bonus paid', bookPaid(NO_BALANCES, unit, 5), ['programme>available 5 bonus']],
    ['a bonus paid pays a debt first', bookPaid(have(0, 0, 3), unit, 5), ['programme>available 5 bonus', 'available>debt 3 debt_repayment']],
    ['a bonus smaller than the debt goes there whole', bookPaid(have(0, 0, 9), unit, 5), ['programme>available 5 bonus', 'available>debt 5 debt_repayment']],
    ['a bonus held', bookHeld(unit, 5), ['programme>held 5 hold']],
    ['a release', release(have(0, 5), unit, 5), ['held>available 5 release']],
    ['a release pays a debt first', release(have(0, 5, 2), unit, 5), ['held>available 5 release', 'available>debt 2 debt_repayment']],
    ['a rejection', voidHeld(have(0, 5), unit, 5), ['held>programme 5 void']],
    ['a clawback', clawBack(have(9), unit, 5), ['available>programme 5 clawback']],
    ['a clawback beyond the balance', clawBack(have(2), unit, 5), ['available>programme 2 clawback', 'debt>programme 3 debt']],
    ['a clawback of what a dispute holds', clawBack(have(9, 4), unit, 5, 4), ['held>programme 4 clawback', 'available>programme 1 clawback']],
    ['a dispute holds what is there and makes no debt', holdDisputed(have(2), unit, 5), ['available>held 2 dispute_opened']],
    ['a dispute of what is spent', holdDisputed(have(0), unit, 5), []],
    ['a redemption', redeem(have(5), unit, 5), ['available>spent 5 redemption']],
    ['a redemption beyond the balance', redeem(have(4, 9), unit, 5), null],
    ['a write-off', writeOffDebt(have(0, 0, 7), unit), ['programme>debt 7 debt_write_off']],
    ['a write-off of nothing', writeOffDebt(have(3), unit), []],
    ['days granted', grantDays(45), ['programme>available 45 access_granted']],
    ['days taken back', takeBackDays(have(45), 30), ['available>programme 30 access_taken_back']],
  ])('for %s', (_, transfers, expected) => expect(brief(transfers)).toEqual(expected));

  it('never take from hold what is not there', () => {
    for (const take of [() => release(have(9, 4), unit, 5), () => voidHeld(have(9, 4), unit, 5), () => clawBack(have(9, 4), unit, 5, 5)]) expect(take).toThrow(RangeError);
  });

  it('keep all accounts at a sum of 0, none negative, and lose nothing, in any sequence', () => {
    const command = fc.tuple(fc.constantFrom('paid', 'held', 'release', 'void', 'clawback', 'dispute', 'redeem', 'writeOff'), fc.nat(50));
    fc.assert(fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const books: Record<AccountKind, number> = { programme: 0, spent: 0, available: 0, held: 0, debt: 0 };
      let balances: Balances = { ...NO_BALANCES };
      for (const [name, n] of commands) {
        const transfers = run(name, n, balances);
        for (const { from, to, amount } of transfers) {
          books[from] -= amount;
          books[to] += amount;
        }
        balances = balancesAfter(balances, transfers);
        expect(Object.values(books).reduce((a, b) => a + b, 0)).toBe(0);
        expect(balances).toEqual({ available: books.available, held: books.held, debt: -books.debt || 0 });
        expect(Math.min(...Object.values(balances))).toBeGreaterThanOrEqual(0);
        expect(books.spent).toBeGreaterThanOrEqual(0);
      }
    }), { numRuns: 1000 });
  });

  it('take back over several clawbacks exactly what one would', () => {
    fc.assert(fc.property(fc.nat(200), fc.array(fc.nat(60), { maxLength: 6 }), (available, parts) => {
      const start = have(available);
      const total = parts.reduce((a, b) => a + b, 0);
      const inParts = parts.reduce((b, part) => balancesAfter(b, clawBack(b, unit, part)), start);
      expect(inParts).toEqual(balancesAfter(start, clawBack(start, unit, total)));
    }));
  });
});

function run(name: string, n: number, b: Balances): Transfer[] {
  switch (name) {
    case 'paid': return bookPaid(b, unit, n);
    case 'held': return bookHeld(unit, n);
    case 'release': return release(b, unit, Math.min(n, b.held));
    case 'void': return voidHeld(b, unit, Math.min(n, b.held));
    case 'clawback': return clawBack(b, unit, n, Math.min(n >> 1, b.held));
    case 'dispute': return holdDisputed(b, unit, n);
    case 'redeem': return redeem(b, unit, n) ?? [];
    default: return writeOffDebt(b, unit);
  }
}
