import { DAY, HOUR, MINUTE, SECOND } from '@referrals/domain';

/** How long attempts go on. All in ms. */
export interface Patience {
  /** from a failure to the next attempt, by number of attempts made; the last one repeats */
  pauses: readonly number[];
  /** from an event to giving it up */
  giveUpAfter: number;
  /** of failure alone, before an endpoint is switched off */
  disableAfter: number;
}

export const PATIENCE: Patience = {
  pauses: [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR],
  giveUpAfter: 3 * DAY,
  disableAfter: 3 * DAY,
};

/** With up to a fifth more by chance, so that what failed together does not come back together. @param chance 0 to 1 */
export function pauseAfter(attempts: number, { pauses }: Patience, chance: number): number {
  const pause = pauses[Math.min(attempts, pauses.length) - 1]!;
  return Math.round(pause * (1 + chance / 5));
}
