import { DAY, HOUR, iso, type Fact } from './fact.js';
import type { Person } from './people.js';
import type { Random } from './random.js';

const APPS = ['chat', 'picture', 'mail', 'todo', 'calendar', 'presi', 'finance'] as const;
const PRICES = [499, 999, 999, 1_499, 2_999, 4_900];

export interface SignUp {
  person: Person;
  referrer: Person;
  campaign: string | null;
  at: number;
}

/** What becomes of somebody who signed up: some never come back, some pay for months, a few want their money back. */
export function lifeOf(random: Random, { person, referrer, campaign, at }: SignUp, until: number): Fact[] {
  const userId = person.id;
  const appId = random.pick(APPS);
  const isNeighbour = campaign === null && random.chance(0.06);
  const context = { ip: isNeighbour ? referrer.ip : person.ip, deviceId: person.deviceId };
  const facts: Fact[] = [
    { kind: 'user', at, input: { userId, displayName: person.name, email: person.email, createdAt: iso(at), isVerified: random.chance(0.8), locale: random.pick(['en', 'de', 'de']), occurredAt: iso(at) } },
    { kind: 'sign-up', at, refereeId: userId, referrerId: referrer.id, campaign, appId, ...context, email: person.email },
  ];
  const use = (kind: 'login' | 'app_used' | 'credit_used', when: number, app: string): void => {
    facts.push({ kind: 'activity', at: when, input: { id: `${kind}-${userId}-${when}`, userId, kind, appId: app, occurredAt: iso(when) } });
  };
  if (!random.chance(0.78)) return facts;
  const active = at + random.int(10, 60 * 40) * 60_000;
  use('app_used', active, appId);
  if (random.chance(0.22)) use('app_used', active + random.int(2, 200) * HOUR, random.pick(APPS));
  const stays = random.chance(0.7);
  for (let when = active + random.int(1, 4) * DAY; stays && when < until; when += random.int(3, 6) * DAY) use(random.chance(0.5) ? 'login' : 'credit_used', when, appId);
  if (random.chance(0.48)) facts.push(...paymentsOf(random, userId, active + random.int(26, 24 * 9) * HOUR, until));
  return facts;
}

function paymentsOf(random: Random, userId: string, first: number, until: number): Fact[] {
  const facts: Fact[] = [];
  const amount = random.pick(PRICES);
  const currency = random.chance(0.85) ? 'EUR' : 'CHF';
  const renews = random.chance(0.75);
  const plan = random.pick(['plus', 'pro', 'family']);
  facts.push({ kind: 'subscription', at: first, input: { userId, plan, status: 'active', startedAt: iso(first), occurredAt: iso(first) } });
  for (let n = 0, at = first; at < until && (n === 0 || renews); n += 1, at += 30 * DAY) {
    const id = `pay-${userId}-${n}`;
    facts.push({ kind: 'payment', at, input: { id, userId, kind: n === 0 ? 'purchase' : 'renewal', amount, currency, status: 'settled', periodDays: 30, occurredAt: iso(at) } });
    const back = at + random.int(20, 24 * 12) * HOUR;
    const fate = random.next();
    if (fate < 0.06) facts.push({ kind: 'refund', at: back, input: { paymentId: id, id: `refund-${id}`, amount: random.chance(0.6) ? amount : Math.floor(amount / 2), occurredAt: iso(back) } });
    else if (fate < 0.075) facts.push({ kind: 'dispute', at: back, input: { paymentId: id, id: `dispute-${id}`, status: 'opened', occurredAt: iso(back) } });
    if (fate < 0.06) break;
  }
  return facts;
}
