/** The largest amount that an integer column, JSON and a number agree on: 2^53 − 1. */
export const MAX_AMOUNT = Number.MAX_SAFE_INTEGER;
/** 1× in basis points. */
export const ONE = 10_000;

/** Returns the amount if it is a whole number from 0 to 2^53 − 1, throws a RangeError otherwise. */
export function assertAmount(amount: number): number {
  if (!Number.isSafeInteger(amount) || amount < 0) throw new RangeError(`not an amount: ${amount}`);
  return amount;
}

/** amount × basis points, rounded half up: 5 × 15000 → 8. Throws a RangeError when the product is no amount. */
export function applyBasisPoints(amount: number, basisPoints: number): number {
  return narrow((product(amount, basisPoints) + BigInt(ONE / 2)) / BigInt(ONE));
}

/** amount × basis points, rounded down: 199 × 1000 → 19. */
export function floorBasisPoints(amount: number, basisPoints: number): number {
  return narrow(product(amount, basisPoints) / BigInt(ONE));
}

// The product of two safe integers may not be one.
const product = (amount: number, basisPoints: number) => BigInt(assertAmount(amount)) * BigInt(assertAmount(basisPoints));

function narrow(amount: bigint): number {
  if (amount > BigInt(MAX_AMOUNT)) throw new RangeError('amount above 2^53 - 1');
  return Number(amount);
}
