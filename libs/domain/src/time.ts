export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `instant` moved by a number of milliseconds, either way. */
export const shift = (instant: Date, milliseconds: number): Date => new Date(instant.getTime() + milliseconds);

export const isBefore = (a: Date, b: Date): boolean => a.getTime() < b.getTime();

/** The earliest of the instants given; null when there is none. */
export function earliest(instants: Iterable<Date | null | undefined>): Date | null {
  let found: Date | null = null;
  for (const instant of instants) if (instant && (!found || isBefore(instant, found))) found = instant;
  return found;
}

/** Five minutes of tolerance for clocks that run ahead; more is `occurred_in_future`. */
export const isInFuture = (occurredAt: Date, now: Date, toleranceMinutes: number): boolean =>
  occurredAt.getTime() > now.getTime() + toleranceMinutes * MINUTE;

/** Orders facts by time, then by id, so that ties fall the same way whatever the order of arrival. */
export function byTimeThenId(a: { occurredAt: Date; id: string }, b: { occurredAt: Date; id: string }): number {
  return a.occurredAt.getTime() - b.occurredAt.getTime() || compareText(a.id, b.id);
}

/** Code unit order: the same on every machine, unlike a locale's. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
