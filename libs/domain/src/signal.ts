import type { Signal, Weights } from './score.js';
import { DAY, HOUR, MINUTE, SECOND, shift } from './time.js';

/** A user was seen with an address or a device on one day, at least at these two instants. */
export interface Sighting {
  firstSeenAt: Date;
  lastSeenAt: Date;
}

/** Where an address belongs: what a host says of it, or a data set of networks. */
export type AddressType = 'residential' | 'mobile' | 'business' | 'datacenter' | 'vpn' | 'proxy' | 'tor';

/** What is known of a referral when it is scored. Nothing in here is a raw value. */
export interface ScoringFacts {
  registeredAt: Date;
  /** of the referrer, with the address that the referee signed up from; a day each */
  addressSightings: Sighting[];
  /** users beside referrer and referee who were seen with that address */
  othersAtAddress: number;
  /** an operator marked the network as shared: a campus, a carrier's gateway */
  isSharedNetwork: boolean;
  /** of the referrer, with the referee's device */
  deviceSightings: Sighting[];
  /** how many domains of the referee's mailboxes are on the list of disposable ones */
  disposableDomains: number;
  /** how a mailbox of the referee equals one of the referrer: as it is, or without the digits of its local part */
  mailboxMatch: 'same' | 'same_without_digits' | null;
  /** when the code was first looked up from the address of the sign-up; null without an address or a look-up */
  firstLookUpAt: Date | null;
  /** for the referrer in the window, this one included, counted when it was registered; campaign codes not */
  recentRegistrations: number;
  addressType: AddressType | null;
  /** when the referrer's account was made; null while its age is unknown */
  referrerCreatedAt: Date | null;
  qualifiedAt: Date | null;
  /** of the referee, logins not counted, as known when the referral qualified */
  firstActivityAt: Date | null;
}

export interface SignalRules {
  sameIpDays: number;
  sameDeviceDays: number;
  rapidRegistrationSeconds: number;
  bulkRegistrations: { count: number; minutes: number };
  newAccountDays: number;
  instantQualificationHours: number;
}

/** Counts and times that give nobody away. */
export type Evidence = Record<string, string | number>;

/** Why a signal fired. */
export interface FiredSignal {
  signal: Signal;
  evidence: Evidence;
}

/** Evidence when the signal fires, null when it does not. */
type Rule = (facts: ScoringFacts, rules: SignalRules) => Evidence | null;

/** Not those of homes, phones and offices. */
const MASKING: readonly AddressType[] = ['datacenter', 'vpn', 'proxy', 'tor'];

const RULES: Record<Signal, Rule> = {
  same_ip({ addressSightings, registeredAt, isSharedNetwork, othersAtAddress }, { sameIpDays }) {
    const seen = isSharedNetwork ? null : seenWithin(addressSightings, registeredAt, sameIpDays);
    return seen && { ...seen, othersAtAddress };
  },
  same_device: ({ deviceSightings, registeredAt }, { sameDeviceDays }) => seenWithin(deviceSightings, registeredAt, sameDeviceDays),
  disposable_email: ({ disposableDomains }) => (disposableDomains > 0 ? { disposableDomains } : null),
  similar_email: ({ mailboxMatch }) => (mailboxMatch ? { match: mailboxMatch } : null),
  rapid_registration({ firstLookUpAt, registeredAt }, { rapidRegistrationSeconds: limitSeconds }) {
    if (!firstLookUpAt) return null;
    const passed = registeredAt.getTime() - firstLookUpAt.getTime();
    if (passed < 0 || passed > limitSeconds * SECOND) return null;
    return { firstLookUpAt: firstLookUpAt.toISOString(), seconds: Math.floor(passed / SECOND), limitSeconds };
  },
  bulk_registrations({ recentRegistrations: registrations }, { bulkRegistrations: { count, minutes } }) {
    return registrations >= count ? { registrations, limit: count, windowMinutes: minutes } : null;
  },
  vpn_proxy: ({ addressType }) => (addressType && MASKING.includes(addressType) ? { addressType } : null),
  new_account_referrer({ referrerCreatedAt, registeredAt }, { newAccountDays: limitDays }) {
    if (!referrerCreatedAt || registeredAt >= shift(referrerCreatedAt, limitDays * DAY)) return null;
    return { referrerCreatedAt: referrerCreatedAt.toISOString(), limitDays };
  },
  instant_qualification({ qualifiedAt, registeredAt }, { instantQualificationHours: limitHours }) {
    if (!qualifiedAt || qualifiedAt > shift(registeredAt, limitHours * HOUR)) return null;
    return { qualifiedAt: qualifiedAt.toISOString(), minutes: Math.floor((qualifiedAt.getTime() - registeredAt.getTime()) / MINUTE), limitHours };
  },
  minimal_activity({ qualifiedAt, firstActivityAt }) {
    if (!qualifiedAt || (firstActivityAt && firstActivityAt <= qualifiedAt)) return null;
    return { qualifiedAt: qualifiedAt.toISOString() };
  },
};

/** The signals that fire, each by its own rule and for its own cause alone. */
export function firedSignals(facts: ScoringFacts, rules: SignalRules): FiredSignal[] {
  return (Object.entries(RULES) as [Signal, Rule][]).flatMap(([signal, rule]) => {
    const evidence = rule(facts, rules);
    return evidence ? [{ signal, evidence }] : [];
  });
}

/** Sightings in [at - days, at], both ends included; null when there is none. */
export function seenWithin(
  sightings: Sighting[], at: Date, windowDays: number,
): { daysSeen: number; firstSeenAt: string; lastSeenAt: string; windowDays: number } | null {
  const from = shift(at, -windowDays * DAY);
  const within = (instant: Date): boolean => instant >= from && instant <= at;
  const instants = sightings.map(({ firstSeenAt, lastSeenAt }) => [firstSeenAt, lastSeenAt].filter(within)).filter((day) => day.length > 0);
  const all = instants.flat().sort((a, b) => a.getTime() - b.getTime());
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last) return null;
  return { daysSeen: instants.length, firstSeenAt: first.toISOString(), lastSeenAt: last.toISOString(), windowDays };
}

export interface WeighedSignal {
  signal: string;
  weight: number;
  evidence: unknown;
}

/** An operator's pattern that the sign-up matches: a signal of its own. */
export interface MatchedPattern {
  id: string;
  patternType: string;
  severity: string;
  scoreImpact: number;
}

const PATTERN = 'pattern:';

/**
 * What counts against a referral now: what fired before stays with its evidence, because facts are purged, and what fires
 * for the first time comes on top. Patterns count while they are switched on, and a network marked as shared silences
 * its signal.
 */
export function weighedSignals(
  before: readonly WeighedSignal[], fired: readonly FiredSignal[], patterns: readonly MatchedPattern[],
  { weights, isSharedNetwork }: { weights: Weights; isSharedNetwork: boolean },
): WeighedSignal[] {
  const kept = before.filter(({ signal }) => !signal.startsWith(PATTERN) && !(signal === 'same_ip' && isSharedNetwork));
  const known = new Set(kept.map(({ signal }) => signal));
  const fresh = fired.filter(({ signal }) => !known.has(signal));
  const weightOf = (signal: string, otherwise: number): number => (Object.hasOwn(weights, signal) ? weights[signal as Signal] : otherwise);
  return [
    ...kept.map((entry) => ({ ...entry, weight: weightOf(entry.signal, entry.weight) })),
    ...fresh.map(({ signal, evidence }) => ({ signal, weight: weightOf(signal, 0), evidence })),
    ...[...patterns].sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ id, patternType, severity, scoreImpact }) => (
      { signal: PATTERN + id, weight: scoreImpact, evidence: { patternType, severity } })),
  ];
}

/** Whether another assessment says something else than the last one did. */
export function isSameVerdict(before: readonly WeighedSignal[], after: readonly WeighedSignal[]): boolean {
  const text = (signals: readonly WeighedSignal[]): string => JSON.stringify(signals.map(({ signal, weight }) => [signal, weight]).sort());
  return text(before) === text(after);
}
