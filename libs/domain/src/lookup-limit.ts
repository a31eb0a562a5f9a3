import { MINUTE, SECOND } from './time.js';

/** Look-ups admitted from one network within the last minute, and when one of them last failed. */
export interface LookupWindow {
  admitted: Date[];
  failedAt: Date | null;
}

/** One look-up: its client's network first, then the wider ones, each with its limit per minute; none when the client is unknown. */
export interface Lookup {
  networks: readonly { network: string; limit: number }[];
  /** the code was not there */
  failed: boolean;
}

/** `retryAfterSeconds` is null for a look-up that may be answered. */
export interface LookupDecision {
  retryAfterSeconds: number | null;
}

/**
 * Decides look-ups in their order and enters the admitted ones into `windows`. A refused one counts nowhere. Beyond
 * `failuresOverAll` failures in a minute only clients with a failure of their own in it are refused.
 */
export function decideLookups(
  lookups: readonly Lookup[],
  windows: Map<string, LookupWindow>,
  failures: { recent: number; limit: number },
  now: Date,
): LookupDecision[] {
  let failed = failures.recent;
  const windowOf = (network: string): LookupWindow => {
    const window = windows.get(network) ?? { admitted: [], failedAt: null };
    windows.set(network, window);
    return window;
  };
  return lookups.map((lookup) => {
    const waits = lookup.networks.map(({ network, limit }) => waitForRoom(windowOf(network).admitted, limit, now));
    const client = lookup.networks[0] && windowOf(lookup.networks[0].network);
    if (failed >= failures.limit && client?.failedAt && isWithinMinute(client.failedAt, now)) waits.push(timeLeft(client.failedAt, now));
    const wait = Math.max(0, ...waits);
    if (wait > 0) return { retryAfterSeconds: Math.ceil(wait / SECOND) };
    for (const { network } of lookup.networks) windowOf(network).admitted.push(now);
    if (lookup.failed) failed += 1;
    if (lookup.failed && client) client.failedAt = now;
    return { retryAfterSeconds: null };
  });
}

/** Milliseconds until a sliding minute has room for one more; 0 when it has. */
function waitForRoom(admitted: readonly Date[], limit: number, now: Date): number {
  const recent = withinMinute(admitted, now).sort((a, b) => a.getTime() - b.getTime());
  return recent.length < limit ? 0 : timeLeft(recent[recent.length - limit]!, now);
}

/** What still counts at `now`; a clock that was set back leaves later times behind, which must not count for ever. */
export const withinMinute = (times: readonly Date[], now: Date): Date[] => times.filter((time) => isWithinMinute(time, now));

const isWithinMinute = (time: Date, now: Date): boolean => Math.abs(now.getTime() - time.getTime()) < MINUTE;

const timeLeft = (time: Date, now: Date): number => Math.max(1, time.getTime() + MINUTE - now.getTime());
