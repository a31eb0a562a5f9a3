import { opensAccess, type Subscription } from './subscription.js';
import { DAY, isBefore, shift } from './time.js';

/** Paid access in [from, until). A grant taken back before it began has from = until. */
export interface AccessGrant {
  id: string;
  from: Date;
  until: Date;
}

/** The grant that comes next in a user's list: from the end of the last one, or from now. */
export function nextGrant(grants: readonly AccessGrant[], grant: { id: string; days: number }, now: Date): AccessGrant {
  const end = grants.reduce((last, { until }) => (isBefore(last, until) ? until : last), now);
  return { id: grant.id, from: end, until: shift(end, grant.days * DAY) };
}

export interface TakenBack {
  /** The whole list after it. */
  grants: AccessGrant[];
  /** Whole days, rounded down: what the ledger records. */
  days: number;
}

/** Takes a grant back: what is left of it is cut at max(now, from), and later grants move up by as much. Nothing left: nothing changes. */
export function takeBack(grants: readonly AccessGrant[], grantId: string, now: Date): TakenBack {
  const grant = grants.find(({ id }) => id === grantId);
  const end = grant && (isBefore(now, grant.from) ? grant.from : now);
  const freed = grant && end ? grant.until.getTime() - end.getTime() : 0;
  if (!grant || !end || freed <= 0) return { grants: [...grants], days: 0 };
  return {
    grants: grants.map((other) => {
      if (other.id === grantId) return { ...other, until: end };
      return isBefore(other.from, grant.until) ? other : { ...other, from: shift(other.from, -freed), until: shift(other.until, -freed) };
    }),
    days: Math.floor(freed / DAY),
  };
}

/** Ends all granted access; `days` by grant, in the order of the list. */
export function takeBackAll(grants: readonly AccessGrant[], now: Date): { grants: AccessGrant[]; days: Map<string, number> } {
  const days = new Map<string, number>();
  const ended = grants.map((grant) => {
    const end = isBefore(now, grant.from) ? grant.from : now;
    const freed = grant.until.getTime() - end.getTime();
    days.set(grant.id, freed > 0 ? Math.floor(freed / DAY) : 0);
    return freed > 0 ? { ...grant, until: end } : grant;
  });
  return { grants: ended, days };
}

export interface AccessStatus {
  active: boolean;
  source: 'subscription' | 'credit' | 'none';
  /** The later end of subscription and credit; null when there is none, or when the subscription has no end. */
  expiresAt: Date | null;
  /** Days of credit left, rounded up. */
  daysRemaining: number;
}

/** What a user may use at `now`. Subscription goes before credit. */
export function accessStatus(facts: {
  grants: readonly AccessGrant[];
  subscription: Subscription | null;
  freePlans: readonly string[];
  now: Date;
}): AccessStatus {
  const { now } = facts;
  const left = facts.grants.filter((grant) => isBefore(now, grant.until) && isBefore(grant.from, grant.until));
  const remaining = left.reduce((sum, { from, until }) => sum + until.getTime() - Math.max(from.getTime(), now.getTime()), 0);
  const hasCredit = left.some((grant) => !isBefore(now, grant.from));
  const subscription = facts.subscription && opensAccess(facts.subscription, facts.freePlans, now) ? facts.subscription : null;
  const source = subscription ? 'subscription' : hasCredit ? 'credit' : 'none';
  return {
    active: source !== 'none',
    source,
    expiresAt: subscription && !subscription.expiresAt ? null : latest([subscription?.expiresAt, ...left.map((grant) => grant.until)]),
    daysRemaining: Math.ceil(remaining / DAY),
  };
}

const latest = (instants: readonly (Date | null | undefined)[]): Date | null =>
  instants.reduce<Date | null>((found, instant) => (instant && (!found || isBefore(found, instant)) ? instant : found), null);
