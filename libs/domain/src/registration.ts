import { isExpired, type CodeState, type CodeType } from './code.js';
import { closesCycle } from './loop.js';
import { DAY, SECOND } from './time.js';

export type RegistrationOutcome =
  | 'invalid_format' | 'invalid_token' | 'not_found' | 'self_referral' | 'already_registered' | 'already_referred' | 'inactive'
  | 'expired' | 'not_new' | 'referral_loop' | 'rate_limited' | 'exhausted' | 'registered';

export interface ResolvedCode extends CodeState {
  codeId: string;
  ownerId: string;
  type: CodeType;
  /** Campaign codes only: registrations per sliding 24 h; null for no limit. */
  dailyLimit: number | null;
}

/** What the text or token of a request led to. */
export type CodeResolution = { code: ResolvedCode } | { problem: 'invalid_format' | 'invalid_token' | 'not_found' };

/** What is known about one request when it is decided; counts are of `registered` outcomes by arrival. */
export interface RegistrationFacts {
  existingReferrerId: string | null;
  closesCycle: boolean;
  hasPaidBefore: boolean;
  /** By the referrer's auto and custom codes in (now − 24 h, now]. */
  recentByReferrer: number;
  /** With this code in (now − 24 h, now]. */
  recentByCode: number;
  /** With this code, ever. */
  usesCount: number;
}

export interface RegistrationLimits {
  perReferrer: number;
  perCode: number;
  requireNewReferee: boolean;
}

/** The first answer that fits, in the order of the domain. Use `decideRegistrations` for more than one request at a time. */
export function decideRegistration(
  request: { refereeId: string; resolution: CodeResolution },
  facts: RegistrationFacts,
  limits: RegistrationLimits,
  now: Date,
): RegistrationOutcome {
  if ('problem' in request.resolution) return request.resolution.problem;
  const { code } = request.resolution;
  if (code.ownerId === request.refereeId) return 'self_referral';
  if (facts.existingReferrerId !== null) return facts.existingReferrerId === code.ownerId ? 'already_registered' : 'already_referred';
  if (!code.isActive) return 'inactive';
  if (isExpired(code, now)) return 'expired';
  if (limits.requireNewReferee && facts.hasPaidBefore) return 'not_new';
  if (facts.closesCycle) return 'referral_loop';
  if (isRateLimited(code, facts, limits)) return 'rate_limited';
  if (code.maxUses !== null && facts.usesCount >= code.maxUses) return 'exhausted';
  return 'registered';
}

/** Campaign codes are meant for crowds: their own daily limit, if any, stands in place of both others. */
export function isRateLimited(
  code: Pick<ResolvedCode, 'type' | 'dailyLimit'>,
  counts: Pick<RegistrationFacts, 'recentByReferrer' | 'recentByCode'>,
  limits: Pick<RegistrationLimits, 'perReferrer' | 'perCode'>,
): boolean {
  if (code.type === 'campaign') return code.dailyLimit !== null && counts.recentByCode >= code.dailyLimit;
  return counts.recentByReferrer >= limits.perReferrer || counts.recentByCode >= limits.perCode;
}

/**
 * In how many whole seconds a registration that met full limits may be tried again, at least 1: once there is room in all of them.
 * @param blocking of each full limit, the registration whose leaving the sliding 24 h makes room
 */
export function limitsOpenAfter(blocking: readonly Date[], now: Date): number {
  const opensAt = Math.max(now.getTime(), ...blocking.map((at) => at.getTime() + DAY));
  return Math.max(1, Math.ceil((opensAt - now.getTime()) / SECOND));
}

export interface RegistrationRequest {
  /** The id that the referral gets if it is made. */
  referralId: string;
  refereeId: string;
  resolution: CodeResolution;
}

/** What the rows say before the batch. A user or code without an entry counts as none, or 0. */
export interface RegistrationBatchFacts {
  /** By referee: the referral that they have. */
  referrals: ReadonlyMap<string, { referralId: string; referrerId: string }>;
  /** The referrer of any user reachable upwards from a referrer of the batch. */
  parentOf: (userId: string) => string | undefined;
  paidBefore: ReadonlySet<string>;
  /** By referrer, auto and custom codes only. */
  recentByReferrer: ReadonlyMap<string, number>;
  recentByCode: ReadonlyMap<string, number>;
  usesByCode: ReadonlyMap<string, number>;
}

/** `referralId` is the new or the existing referral of the referee, with `registered` and `already_registered` alone. */
export interface RegistrationDecision {
  outcome: RegistrationOutcome;
  referralId: string | null;
}

/** Decides a list in its order, each request seeing what the earlier ones of the list did. */
export function decideRegistrations(
  requests: readonly RegistrationRequest[],
  facts: RegistrationBatchFacts,
  limits: RegistrationLimits,
  now: Date,
): RegistrationDecision[] {
  const made = new Map<string, { referralId: string; referrerId: string }>();
  const added = { byReferrer: new Map<string, number>(), byCode: new Map<string, number>() };
  const referralOf = (user: string) => made.get(user) ?? facts.referrals.get(user);
  const parentOf = (user: string) => referralOf(user)?.referrerId ?? facts.parentOf(user);
  const factsOf = (refereeId: string, { ownerId, codeId }: ResolvedCode): RegistrationFacts => ({
    existingReferrerId: referralOf(refereeId)?.referrerId ?? null,
    closesCycle: closesCycle(refereeId, ownerId, parentOf),
    hasPaidBefore: facts.paidBefore.has(refereeId),
    recentByReferrer: sum(ownerId, facts.recentByReferrer, added.byReferrer),
    recentByCode: sum(codeId, facts.recentByCode, added.byCode),
    usesCount: sum(codeId, facts.usesByCode, added.byCode),
  });

  return requests.map((request) => {
    if ('problem' in request.resolution) return { outcome: request.resolution.problem, referralId: null };
    const { code } = request.resolution;
    const outcome = decideRegistration(request, factsOf(request.refereeId, code), limits, now);
    if (outcome === 'already_registered') return { outcome, referralId: referralOf(request.refereeId)?.referralId ?? null };
    if (outcome !== 'registered') return { outcome, referralId: null };
    made.set(request.refereeId, { referralId: request.referralId, referrerId: code.ownerId });
    raise(added.byCode, code.codeId);
    if (code.type !== 'campaign') raise(added.byReferrer, code.ownerId);
    return { outcome, referralId: request.referralId };
  });
}

/** Why a code must be paused, by what was refused or registered with it in 24 h; null when all is well. */
export function codeAlarm(
  counts: { refused: number; registered: number },
  limits: { refused: number; registered: number },
): 'refusals' | 'registrations' | null {
  if (counts.refused >= limits.refused) return 'refusals';
  return counts.registered >= limits.registered ? 'registrations' : null;
}

const sum = (key: string, before: ReadonlyMap<string, number>, added: ReadonlyMap<string, number>) =>
  (before.get(key) ?? 0) + (added.get(key) ?? 0);

const raise = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
