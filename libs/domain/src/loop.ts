/**
 * Whether making `referrer` the referrer of `referee` would close a cycle of any length, self-referral included.
 * Walks up from the referrer: true only when the referee is one of the referrer's ancestors.
 * @param parentOf the referrer of a user, undefined when nobody referred them
 */
export function closesCycle(referee: string, referrer: string, parentOf: (user: string) => string | undefined): boolean {
  const seen = new Set<string>();
  for (let user: string | undefined = referrer; user !== undefined; user = parentOf(user)) {
    if (user === referee) return true;
    // A cycle that does not hold the referee is old damage, not this registration's doing: stop rather than walk for ever.
    if (seen.has(user)) return false;
    seen.add(user);
  }
  return false;
}
