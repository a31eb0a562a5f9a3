/** A tier begins at `from` qualified referrals; `multiplier` in basis points. Tiers ascend, the first at 0. */
export interface TierRule {
  tier: string;
  from: number;
  multiplier: number;
}

export interface TierState {
  tier: string;
  multiplier: number;
  nextTier: string | null;
  /** Qualified referrals at which the next tier begins; null in the last. */
  nextTierAt: number | null;
  /** Whole percent of the way from this tier's beginning to the next one's, 100 in the last. */
  progress: number;
}

/** The tier of a lifetime count of qualified referrals. */
export function tierOf(qualifiedCount: number, tiers: readonly TierRule[]): TierState {
  const index = tiers.findLastIndex((tier) => tier.from <= qualifiedCount);
  const tier = tiers[index];
  if (!tier) throw new RangeError('the first tier must begin at 0');
  const next = tiers[index + 1];
  return {
    tier: tier.tier,
    multiplier: tier.multiplier,
    nextTier: next?.tier ?? null,
    nextTierAt: next?.from ?? null,
    progress: next ? Math.floor(((qualifiedCount - tier.from) * 100) / (next.from - tier.from)) : 100,
  };
}
