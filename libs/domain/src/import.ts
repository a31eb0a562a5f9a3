import { closesCycle } from './loop.js';
import type { Stage } from './stage.js';
import { isInFuture, isBefore } from './time.js';

/** A referral that another system made, with the times at which it reached its stages there. */
export interface ImportedReferral {
  refereeId: string;
  referrerId: string;
  registeredAt: Date;
  activatedAt: Date | null;
  qualifiedAt: Date | null;
  retainedAt: Date | null;
}

export type ImportOutcome = 'imported' | 'unchanged' | 'self_referral' | 'already_referred' | 'referral_loop' | 'occurred_in_future' | 'invalid_order';

export interface ImportFacts {
  now: Date;
  futureToleranceMinutes: number;
  /** The referrer of a referee of the list, or of anybody upwards from a referrer of it. */
  referrerOf: (userId: string) => string | undefined;
}

/** Decides a list in its order, each referral seeing those before it. History knows no limits; a second referrer and a loop it knows. */
export function decideImports(list: readonly ImportedReferral[], { now, futureToleranceMinutes, referrerOf }: ImportFacts): ImportOutcome[] {
  const made = new Map<string, string>();
  const parentOf = (user: string): string | undefined => made.get(user) ?? referrerOf(user);
  return list.map((referral): ImportOutcome => {
    const { refereeId, referrerId } = referral;
    const times = timesOf(referral);
    if (referrerId === refereeId) return 'self_referral';
    const known = parentOf(refereeId);
    if (known !== undefined) return known === referrerId ? 'unchanged' : 'already_referred';
    if (times.some((at) => isInFuture(at, now, futureToleranceMinutes))) return 'occurred_in_future';
    if (!areOrdered(referral)) return 'invalid_order';
    if (closesCycle(refereeId, referrerId, parentOf)) return 'referral_loop';
    made.set(refereeId, referrerId);
    return 'imported';
  });
}

const timesOf = ({ registeredAt, activatedAt, qualifiedAt, retainedAt }: ImportedReferral): Date[] =>
  [registeredAt, activatedAt, qualifiedAt, retainedAt].filter((at) => at !== null);

/** No stage before the registration, and nobody retained who never qualified. */
const areOrdered = (referral: ImportedReferral): boolean =>
  timesOf(referral).every((at) => !isBefore(at, referral.registeredAt)) && (referral.retainedAt === null || referral.qualifiedAt !== null);

/** The stage that the times justify; one passed over was reached with the next, as with every other referral. */
export function importedStages(referral: ImportedReferral): { stage: Stage; activatedAt: Date | null } {
  const { activatedAt, qualifiedAt, retainedAt } = referral;
  const activated = activatedAt && qualifiedAt && isBefore(qualifiedAt, activatedAt) ? qualifiedAt : (activatedAt ?? qualifiedAt);
  return { stage: retainedAt ? 'retained' : qualifiedAt ? 'qualified' : activated ? 'activated' : 'registered', activatedAt: activated };
}
