import type { Signal, Weights } from './score.js';
import { DAY, shift } from './time.js';

/** A user was seen with an address or a device on one day, at least at these two instants. */
export interface Sighting {
  firstSeenAt: Date;
  lastSeenAt: Date;
}

/** What is known of a referral when it is scored. */
export interface ScoringFacts {
  registeredAt: Date;
  /** of the referrer, with the address that the referee signed up from; a day each */
  addressSightings: Sighting[];
  /** of the referrer, with the referee's device */
  deviceSightings: Sighting[];
}

export interface Windows {
  sameIpDays: number;
  sameDeviceDays: number;
}

/** Why a signal fired, in counts and times that give nobody away. */
export interface FiredSignal {
  signal: Signal;
  evidence: { daysSeen: number; firstSeenAt: string; lastSeenAt: string; windowDays: number };
}

/** The signals that fire; more facts never make one fall silent. */
export function firedSignals(facts: ScoringFacts, windows: Windows): FiredSignal[] {
  const candidates = [
    { signal: 'same_ip' as const, sightings: facts.addressSightings, windowDays: windows.sameIpDays },
    { signal: 'same_device' as const, sightings: facts.deviceSightings, windowDays: windows.sameDeviceDays },
  ];
  const fired: FiredSignal[] = [];
  for (const { signal, sightings, windowDays } of candidates) {
    const evidence = seenWithin(sightings, facts.registeredAt, windowDays);
    if (evidence) fired.push({ signal, evidence });
  }
  return fired;
}

/** Sightings in [at - days, at], both ends included; null when there is none. */
export function seenWithin(sightings: Sighting[], at: Date, windowDays: number): FiredSignal['evidence'] | null {
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

/** What fired before stays with its evidence; what fires now for the first time comes on top. */
export function carriedOver(before: readonly WeighedSignal[], fired: readonly FiredSignal[], weights: Weights): WeighedSignal[] {
  const known = new Set(before.map(({ signal }) => signal));
  const fresh = fired.filter(({ signal }) => !known.has(signal));
  const weightOf = (signal: string, otherwise: number): number => (Object.hasOwn(weights, signal) ? weights[signal as Signal] : otherwise);
  return [
    ...before.map((entry) => ({ ...entry, weight: weightOf(entry.signal, entry.weight) })),
    ...fresh.map(({ signal, evidence }) => ({ signal, weight: weightOf(signal, 0), evidence })),
  ];
}
