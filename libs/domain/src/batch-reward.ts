import { isPaying, type Subscription } from './subscription.js';
import { compareText, DAY, isBefore, shift } from './time.js';

export interface BatchRewardRules {
  cooldownDays: number;
  requireKnownIp: boolean;
  /** `slots` for every full `groupSize` eligible referrals. */
  groupSize: number;
  slotsPerGroup: number;
  /** Ascending by `from`. */
  badges: readonly { badge: string; from: number }[];
}

/** One referral of the referrer. The verdicts on the address were made when the referral was scored. */
export interface BatchReferral {
  referralId: string;
  registeredAt: Date;
  /** Null: unknown to us. `since`: when the account was made, or first seen. */
  account: { isActive: boolean; isVerified: boolean; since: Date } | null;
  subscription: Subscription | null;
  /** The same opaque text for all referees of this referrer with the same sign-up address; null when it was not known. */
  ipGroup: string | null;
  /** The referrer used the address in the 30 days before the registration. */
  isSharedIp: boolean;
  /** A person rejected the referral: it counts for nothing. */
  isRejected: boolean;
}

export const DISQUALIFICATIONS = ['cooldown', 'missingIp', 'sharedIp', 'duplicateIp'] as const;
export type Disqualification = (typeof DISQUALIFICATIONS)[number];

export interface BatchReward {
  referredTotal: number;
  candidates: number;
  eligible: number;
  cooldownDays: number;
  disqualified: Record<Disqualification, number>;
  slots: number;
  badge: string | null;
}

/** The batch reward of one referrer, a value of the present state, whatever it was before and in whatever order the referrals come. */
export function batchReward(
  referrals: readonly BatchReferral[],
  rules: BatchRewardRules,
  freePlans: readonly string[],
  now: Date,
): BatchReward {
  const candidates = referrals.filter((referral) => isCandidate(referral, freePlans, now)).sort(byRegistration);
  const disqualified = { cooldown: 0, missingIp: 0, sharedIp: 0, duplicateIp: 0 };
  const takenIps = new Set<string>();
  for (const candidate of candidates) {
    const reason = disqualification(candidate, takenIps, rules, now);
    if (reason) disqualified[reason] += 1;
    else if (candidate.ipGroup !== null) takenIps.add(candidate.ipGroup);
  }
  const eligible = candidates.length - Object.values(disqualified).reduce((sum, count) => sum + count, 0);
  return {
    referredTotal: referrals.length,
    candidates: candidates.length,
    eligible,
    cooldownDays: rules.cooldownDays,
    disqualified,
    slots: Math.floor(eligible / rules.groupSize) * rules.slotsPerGroup,
    badge: rules.badges.findLast((badge) => badge.from <= eligible)?.badge ?? null,
  };
}

/** Active, verified and on a paid plan that runs. */
export const isCandidate = (referral: BatchReferral, freePlans: readonly string[], now: Date): boolean =>
  !referral.isRejected &&
  referral.account !== null && referral.account.isActive && referral.account.isVerified &&
  referral.subscription !== null && isPaying(referral.subscription, freePlans, now);

/** The first rule that a candidate fails; null for an eligible one. `takenIps`: the addresses of earlier eligible referees. */
function disqualification(
  candidate: BatchReferral,
  takenIps: ReadonlySet<string>,
  rules: BatchRewardRules,
  now: Date,
): Disqualification | null {
  const cooledDown = (since: Date | undefined) => since !== undefined && !isBefore(now, shift(since, rules.cooldownDays * DAY));
  if (!cooledDown(candidate.account?.since) || !cooledDown(candidate.subscription?.startedAt)) return 'cooldown';
  if (candidate.ipGroup === null) return rules.requireKnownIp ? 'missingIp' : null;
  if (candidate.isSharedIp) return 'sharedIp';
  return takenIps.has(candidate.ipGroup) ? 'duplicateIp' : null;
}

const byRegistration = (a: BatchReferral, b: BatchReferral): number =>
  a.registeredAt.getTime() - b.registeredAt.getTime() || compareText(a.referralId, b.referralId);
