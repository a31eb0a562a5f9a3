import { PROCESSES } from '@rooms/standalone';
import type { Random } from './random.js';
import type { Supervisor } from './supervisor.js';

export interface Fault {
  name: string;
  /** how often it is drawn, among all weights */
  weight: number;
  inject(supervisor: Supervisor, random: Random): Promise<void>;
}

/** What is done to the running product. Each injection heals before it returns. */
export const FAULTS: Fault[] = [
  ...PROCESSES.map((name): Fault => ({
    name: `SIGKILL ${name}`, weight: 4, inject: (supervisor, random) => supervisor.killProcess(name, random.between(0, 400)),
  })),
  ...PROCESSES.map((name): Fault => ({
    name: `SIGSTOP ${name}`, weight: 1, inject: (supervisor, random) => supervisor.pauseProcess(name, random.between(100, 1_500)),
  })),
  { name: 'SIGKILL postgres', weight: 3, inject: (supervisor, random) => supervisor.killPostgres(random.between(0, 500)) },
  { name: 'SIGKILL nats', weight: 3, inject: (supervisor, random) => supervisor.killNats(random.between(0, 500)) },
  { name: 'SIGKILL nats, store wiped', weight: 1, inject: (supervisor, random) => supervisor.killNats(random.between(0, 500), true) },
];

export function drawFault(random: Random): Fault {
  let draw = random.below(FAULTS.reduce((sum, fault) => sum + fault.weight, 0));
  return FAULTS.find((fault) => (draw -= fault.weight) < 0)!;
}
