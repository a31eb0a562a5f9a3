import { DAY, HOUR, iso, type Fact } from './fact.js';

export const RING = ['rolf-kranz', 'bella-kranz', 'kurt-kranz'];

/**
 * A ring, planted for reviewers to find: three accounts of one household that bring one another's second accounts, all
 * from one device and one line, some with nearly the referrer's own mailbox.
 */
export function ringOf(end: number): Fact[] {
  const start = end - 9 * DAY;
  const home = { ip: '84.115.77.12', deviceId: 'device-kranz-tablet' };
  const facts: Fact[] = RING.flatMap((userId, n): Fact[] => {
    const first = userId.split('-')[0]!;
    const name = `${first.charAt(0).toUpperCase()}${first.slice(1)} Kranz`;
    return [
      { kind: 'user', at: start, input: { userId, displayName: name, email: `${first}.kranz@gmail.com`, createdAt: iso(start - DAY), isVerified: true, locale: 'de', occurredAt: iso(start) } },
      { kind: 'activity', at: start + n * HOUR, input: { id: `login-${userId}`, userId, kind: 'login', appId: 'chat', occurredAt: iso(start + n * HOUR), context: home } },
    ];
  });
  RING.forEach((referrerId, n) => {
    const first = referrerId.split('-')[0]!;
    for (let k = 1; k <= 4; k += 1) {
      const at = start + (1 + n + k) * DAY + k * 7 * 60_000;
      const refereeId = `${first}-${k}-kranz`;
      const isOwnMailbox = k === 2;
      facts.push(
        { kind: 'sign-up', at, refereeId, referrerId, campaign: null, appId: 'chat', ip: k === 3 ? `84.115.77.${40 + n}` : home.ip, deviceId: k === 4 ? `device-${refereeId}` : home.deviceId, email: isOwnMailbox ? `${first}.kranz+${k}@gmail.com` : `${refereeId}@example.org` },
        { kind: 'activity', at: at + HOUR, input: { id: `use-${refereeId}`, userId: refereeId, kind: 'app_used', appId: 'chat', occurredAt: iso(at + HOUR) } },
        { kind: 'payment', at: at + 2 * HOUR, input: { id: `pay-${refereeId}`, userId: refereeId, kind: 'topup', amount: 500, currency: 'EUR', status: 'settled', occurredAt: iso(at + 2 * HOUR) } },
      );
    }
  });
  return facts.filter(({ at }) => at < end);
}
