import { DAY, HOUR, iso, type Fact } from './fact.js';
import { lifeOf } from './life.js';
import { neighboursOf } from './neighbours.js';
import { personOf, referrersOf, weighted } from './people.js';
import { randomOf } from './random.js';
import { ringOf } from './ring.js';

export interface Size {
  days: number;
  referrers: number;
  /** sign-ups a day at the end; it begins with a third of them */
  perDay: number;
}
export const WHOLE: Size = { days: 90, referrers: 26, perDay: 7 };
export const SMALL: Size = { days: 12, referrers: 6, perDay: 3 };

export const CAMPAIGNS = ['SPRING-SALE', 'PODCAST', 'CAMPUS'];

export interface Plan {
  start: number;
  end: number;
  facts: Fact[];
  /** the one with the most friends first */
  referrers: string[];
}

/** Everything that happens in the programme, drawn from one seed and sorted by time; `end` is its last instant. */
export function planOf(end: number, { days, referrers: count, perDay }: Size, seed = 7): Plan {
  const random = randomOf(seed);
  const start = end - days * DAY;
  const referrers = referrersOf(random, count);
  const facts: Fact[] = referrers.flatMap(({ person }): Fact[] => [
    { kind: 'user', at: start, input: { userId: person.id, displayName: person.name, email: person.email, createdAt: iso(start - random.int(20, 400) * DAY), isVerified: true, locale: random.pick(['en', 'de']), occurredAt: iso(start) } },
    { kind: 'activity', at: start, input: { id: `login-${person.id}`, userId: person.id, kind: 'login', occurredAt: iso(start), context: { ip: person.ip, deviceId: person.deviceId } } },
  ]);
  let n = count;
  for (let day = 0; day < days; day += 1) {
    const at = start + day * DAY;
    const isWeekend = [0, 6].includes(new Date(at).getUTCDay());
    const wanted = (perDay / 3 + (perDay * 2 * day) / (3 * days)) * (isWeekend ? 0.6 : 1.1) * (0.6 + random.next() * 0.8);
    for (let k = 0; k < Math.round(wanted); k += 1) {
      const campaign = random.chance(0.16) ? random.pick(CAMPAIGNS) : null;
      const signUp = { person: personOf(random, (n += 1)), referrer: weighted(random, referrers).person, campaign, at: at + random.int(6 * 60, 23 * 60) * 60_000 };
      if (signUp.at < end - HOUR) facts.push(...lifeOf(random, signUp, end));
    }
  }
  facts.push(...ringOf(end), ...neighboursOf(end, referrers[0]!.person));
  return { start, end, facts: facts.filter((fact) => fact.at < end).sort((a, b) => a.at - b.at), referrers: referrers.map(({ person }) => person.id) };
}
