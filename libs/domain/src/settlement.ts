import { cashbackAfterReturns } from './cashback.js';
import { bookHeld, bookPaid, balancesAfter, clawBack, holdDisputed, release, voidHeld, type Balances, type Transfer } from './ledger.js';
import { assertAmount } from './money.js';

/** Where a bonus's amount lies. Once granted, held + taken back + what is in the user's balance make the amount; before, all are 0. */
export interface Position {
  isGranted: boolean;
  /** It has been in the balance: what it holds now it holds for a dispute. */
  wasPaid: boolean;
  held: number;
  takenBack: number;
  /** How much open disputes ask to hold; more than is held where it was spent before. */
  stake: number;
}

export const UNGRANTED: Readonly<Position> = { isGranted: false, wasPaid: false, held: 0, takenBack: 0, stake: 0 };

export interface Target {
  /** Refused before it was ever paid: nothing of it stays. */
  rejects: boolean;
  /** It may be in the balance now. */
  pays: boolean;
  /** What stays of the amount once all that went back is taken off. */
  due: number;
  /** What of `due` an open dispute asks to hold. */
  stake: number;
}

/**
 * Moves a bonus to where it belongs, by the difference alone: the same target twice moves nothing the second time. Without spending in between,
 * the end is the same whatever the targets on the way were.
 */
export function settle(amount: number, position: Position, target: Target, balances: Balances, unit: string): { position: Position; transfers: Transfer[] } {
  const moves = new Moves(position, balances, unit);
  if (target.rejects && !position.wasPaid) {
    if (position.isGranted) moves.add(voidHeld(moves.balances, unit, moves.at.held), { isGranted: false, held: 0, takenBack: 0, stake: 0 });
    return moves;
  }
  const due = Math.min(assertAmount(target.due), amount);
  const stake = Math.min(assertAmount(target.stake), due);
  if (!position.isGranted) moves.give(amount, target.pays, { isGranted: true });
  const back = amount - due;
  if (back < moves.at.takenBack) moves.give(moves.at.takenBack - back, target.pays, { takenBack: back });
  if (back > moves.at.takenBack) moves.take(back, target.pays ? stake : 0);
  if (!target.pays) return moves;
  moves.at.wasPaid = true;
  if (moves.at.held > stake) moves.add(release(moves.balances, unit, moves.at.held - stake), { held: stake });
  // what was spent before is not asked for again; what comes into the balance only now is all still there
  const asked = position.wasPaid ? Math.max(position.stake, moves.at.held) : moves.at.held;
  if (stake > asked) {
    const held = holdDisputed(moves.balances, unit, stake - asked);
    moves.add(held, { held: moves.at.held + (held[0]?.amount ?? 0) });
  }
  moves.at.stake = stake;
  return moves;
}

class Moves {
  readonly transfers: Transfer[] = [];
  readonly position: Position;

  constructor(
    position: Position,
    public balances: Balances,
    private readonly unit: string,
  ) {
    this.position = { ...position };
  }

  get at(): Position {
    return this.position;
  }

  add(transfers: Transfer[], change: Partial<Position>): void {
    this.transfers.push(...transfers);
    this.balances = balancesAfter(this.balances, transfers);
    Object.assign(this.position, change);
  }

  give(amount: number, pays: boolean, change: Partial<Position>): void {
    if (pays) this.add(bookPaid(this.balances, this.unit, amount), change);
    else this.add(bookHeld(this.unit, amount), { ...change, held: this.at.held + amount });
  }

  /** First what no dispute holds any longer, then the balance, then debt. */
  take(back: number, stake: number): void {
    const amount = back - this.at.takenBack;
    const fromHeld = Math.min(amount, Math.max(0, this.at.held - stake));
    this.add(clawBack(this.balances, this.unit, amount, fromHeld), { held: this.at.held - fromHeld, takenBack: back });
  }
}

/** What went back of a payment, and what else would if its open disputes were lost. */
export interface Returns {
  amount: number;
  returned: number;
  atStake: number;
}

/** The cashback that stays, and what of it open disputes ask to hold. @param rate in basis points, as booked */
export function cashbackDue({ amount, returned, atStake }: Returns, rate: number): { due: number; stake: number } {
  const due = cashbackAfterReturns(amount, returned, rate);
  return { due, stake: due - cashbackAfterReturns(amount, Math.min(amount, returned + atStake), rate) };
}
