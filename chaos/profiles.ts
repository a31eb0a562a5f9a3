import { FAULTS, type Fault } from './faults.js';
import type { Random } from './random.js';

/** Which faults a run draws from. */
export const PROFILES = {
  /** everything that runs here */
  mixed: () => true,
  /** the broker loses its store, among kills */
  wipes: ({ name }: Fault) => name.includes('wiped') || name.startsWith('SIGKILL re'),
  /** machines lose their power, among kills of rooms */
  power: ({ name }: Fault) => name.startsWith('power') || name.startsWith('SIGKILL re'),
  wiped: ({ name }: Fault) => name.includes('wiped'),
  broker: ({ name }: Fault) => name.includes('nats'),
  database: ({ name }: Fault) => name === 'SIGKILL postgres' || name === 'connections to postgres cut' || name === 'SIGKILL at a failpoint',
  kills: ({ name }: Fault) => name.startsWith('SIGKILL'),
  network: ({ name }: Fault) => name.startsWith('connections'),
  deliveries: ({ name }: Fault) => name.startsWith('events') || name === 'SIGKILL at a failpoint',
  failpoints: ({ name }: Fault) => name === 'SIGKILL at a failpoint',
  clocks: ({ name }: Fault) => name.includes('clock'),
  none: () => false,
} satisfies Record<string, (fault: Fault) => boolean>;
export type Profile = keyof typeof PROFILES;

export const faultsOf = (profile: Profile, disks: boolean): Fault[] => FAULTS.filter((fault) => PROFILES[profile](fault) && (disks || !fault.needsDisks));

/** Each of them once in random order, then by their weights: a short run meets every kind as soon as it can. */
export function* draws(faults: Fault[], random: Random): Generator<Fault, void> {
  const first = faults.map((fault) => ({ fault, at: random.below(1_000_000) / fault.weight })).sort((a, b) => a.at - b.at);
  for (const { fault } of first) yield fault;
  while (faults.length > 0) {
    let draw = random.below(faults.reduce((sum, fault) => sum + fault.weight, 0));
    yield faults.find((fault) => (draw -= fault.weight) < 0)!;
  }
}
