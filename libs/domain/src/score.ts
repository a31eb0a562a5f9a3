export const SIGNALS = [
  'same_ip', 'same_device', 'disposable_email', 'similar_email', 'rapid_registration', 'bulk_registrations', 'vpn_proxy',
  'new_account_referrer', 'instant_qualification', 'minimal_activity',
] as const;
export type Signal = (typeof SIGNALS)[number];
export type Weights = Readonly<Record<Signal, number>>;
export const MAX_SCORE = 100;

/**
 * The sum of the weights of the distinct signals, at most 100.
 * @param weights by name; patterns of operators come in under names of their own. A signal without a weight weighs nothing.
 */
export function scoreOf(signals: Iterable<string>, weights: Readonly<Record<string, number>>): number {
  let score = 0;
  for (const signal of new Set(signals)) score += Object.hasOwn(weights, signal) ? (weights[signal] ?? 0) : 0;
  return Math.min(score, MAX_SCORE);
}
