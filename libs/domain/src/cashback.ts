import { assertAmount, floorBasisPoints } from './money.js';

/** A level begins at `from` referees who ever paid; `rate` in basis points. Levels ascend, the first at 0. */
export interface CashbackLevel {
  from: number;
  rate: number;
}

export interface LevelState {
  /** 1 for the first. */
  level: number;
  rate: number;
  /** Paying referees at which the next level begins; null in the last. */
  nextLevelAt: number | null;
  /** Paying referees still missing for it; null in the last. */
  missing: number | null;
}

/** The level of a referrer. @param paidReferees those who ever paid, the present one included */
export function cashbackLevel(paidReferees: number, levels: readonly CashbackLevel[]): LevelState {
  const index = levels.findLastIndex((level) => level.from <= paidReferees);
  const level = levels[index];
  if (!level) throw new RangeError('the first cashback level must begin at 0');
  const nextLevelAt = levels[index + 1]?.from ?? null;
  return { level: index + 1, rate: level.rate, nextLevelAt, missing: nextLevelAt === null ? null : nextLevelAt - paidReferees };
}

/** Cashback on a settled payment, in its currency, rounded down to the minor unit. */
export const cashbackOf = (amount: number, rate: number): number => floorBasisPoints(amount, rate);

/** The cashback that stays when part of the payment went back: that of what stays. */
export function cashbackAfterReturns(amount: number, returned: number, rate: number): number {
  return floorBasisPoints(amount - Math.min(assertAmount(returned), amount), rate);
}
