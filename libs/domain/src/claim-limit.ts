import { DAY, isBefore, shift } from './time.js';

/** The bonuses of one referrer that took a place in the sliding day, oldest first: the last `limit` of them are enough. */
export type Claims = readonly Date[];

/**
 * When one more bonus may be paid: now while the sliding 24 h have room, otherwise when the bonus `limit` places before it leaves them.
 * Bonuses that wait take their places in the order of booking, so the window is never over-filled.
 */
export function claimAt(claims: Claims, now: Date, limit: number): Date {
  const blocking = claims.at(-limit);
  const free = blocking ? shift(blocking, DAY) : now;
  return isBefore(now, free) ? free : now;
}

/** The claims to remember after one more. */
export const withClaim = (claims: Claims, at: Date, now: Date, limit: number): Date[] =>
  [...claims, at].filter((claim) => claim.getTime() > now.getTime() - DAY).slice(-limit);
