import { HOUR, iso, type Fact } from './fact.js';
import type { Person } from './people.js';

/** In the last day, after the reviewers have gone home. */
const LAST = { seen: 30 * HOUR, neighbour: 20 * HOUR, flatmate: 18 * HOUR };
/** Shares the referrer's address: what they earn is held for two days, and released by itself. */
export const NEIGHBOUR = 'paula-next-door';
/** Shares the referrer's device as well: what is earned waits for a person. */
export const FLATMATE = 'robin-same-flat';

/** Two who sign up so late that the programme ends with a bonus in hold and a review that waits, whatever chance has drawn. */
export function neighboursOf(end: number, referrer: Person): Fact[] {
  const seen = end - LAST.seen;
  const join = (userId: string, name: string, at: number, deviceId: string): Fact[] => [
    { kind: 'user', at, input: { userId, displayName: name, email: `${userId}@example.org`, createdAt: iso(at), isVerified: true, locale: 'en', occurredAt: iso(at) } },
    { kind: 'sign-up', at, refereeId: userId, referrerId: referrer.id, campaign: null, appId: 'chat', ip: referrer.ip, deviceId, email: `${userId}@example.org` },
    { kind: 'activity', at: at + 2 * HOUR, input: { id: `use-${userId}`, userId, kind: 'app_used', appId: 'chat', occurredAt: iso(at + 2 * HOUR) } },
  ];
  return [
    { kind: 'activity', at: seen, input: { id: `home-${referrer.id}`, userId: referrer.id, kind: 'login', occurredAt: iso(seen), context: { ip: referrer.ip, deviceId: referrer.deviceId } } },
    ...join(NEIGHBOUR, 'Paula Nebenan', end - LAST.neighbour, `device-${NEIGHBOUR}`),
    ...join(FLATMATE, 'Robin Gleich', end - LAST.flatmate, referrer.deviceId),
  ];
}
