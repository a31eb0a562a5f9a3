import type { Random } from './random.js';

const FIRST = [
  'Nina', 'Till', 'Mara', 'Jonas', 'Lea', 'Emil', 'Sofia', 'Noah', 'Ida', 'Ben', 'Clara', 'Luis', 'Anna', 'Paul', 'Mia', 'Oskar', 'Elif', 'Can', 'Yuki', 'Amir', 'Zoe', 'Max', 'Greta',
  'Finn', 'Hanna', 'Leon', 'Ayla', 'Tom', 'Rosa', 'Karl', 'Pia', 'Matteo', 'Ella', 'David', 'Lina', 'Samir', 'Olga', 'Ivan', 'Freya', 'Hugo',
];
const LAST = [
  'Berg', 'Schneider', 'Vogel', 'Keller', 'Brandt', 'Lorenz', 'Simon', 'Frank', 'Winter', 'Roth', 'Beck', 'Arnold', 'Haas', 'Graf', 'Ziegler', 'Kuhn', 'Engel', 'Horn', 'Busch', 'Voigt', 'Sauer',
  'Yilmaz', 'Novak', 'Rossi', 'Costa', 'Ito', 'Haddad', 'Larsen', 'Nowak', 'Moreau',
];

export interface Person {
  id: string;
  name: string;
  email: string;
  ip: string;
  deviceId: string;
}

/** Somebody with an address, a device and a mailbox of their own. */
export function personOf(random: Random, n: number): Person {
  const [first, last] = [random.pick(FIRST), random.pick(LAST)];
  const id = `${first}-${last}-${n}`.toLowerCase();
  return {
    id, name: `${first} ${last}`, email: `${first}.${last}.${random.int(1, 99)}@${random.pick(['example.com', 'example.org', 'mail.example.net'])}`.toLowerCase(),
    ip: `84.${random.int(112, 119)}.${random.int(0, 255)}.${random.int(1, 254)}`, deviceId: `device-${n}-${random.int(1_000, 9_999)}`,
  };
}

/** Those who share: a few who bring many, and many who bring a few. */
export function referrersOf(random: Random, count: number): { person: Person; weight: number }[] {
  return Array.from({ length: count }, (_, n) => ({ person: personOf(random, n), weight: 1 / (n + 1) ** 0.75 }));
}

export function weighted<Item extends { weight: number }>(random: Random, items: readonly Item[]): Item {
  let left = random.next() * items.reduce((sum, { weight }) => sum + weight, 0);
  return items.find(({ weight }) => (left -= weight) < 0) ?? items.at(-1)!;
}
