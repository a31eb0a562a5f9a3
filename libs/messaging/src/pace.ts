import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Below this share of idle time the machine is called busy. */
const BUSY_BELOW = 0.15;

export interface PaceOptions {
  /** turns begin at least so far apart: a lone event goes at once, a stream of them in groups */
  everyMs: number;
  /** on a busy machine a turn is followed by a rest of so many times its own length … */
  restTurns?: number;
  /** … up to this */
  restMs?: number;
}

/**
 * Spaces out turns of work that nobody waits for. A turn costs a transaction whatever it carries, so that many small ones
 * would take the time that requests need. While the machine has no time to spare the work yields: fewer turns, each of
 * them larger, which is also what makes it cheapest. As soon as there is time again it goes on at full speed.
 */
export class Pace {
  private next = 0;
  private began = 0;

  /** @param idleShare how much of its time the machine spent idle of late */
  constructor(
    private readonly options: PaceOptions,
    private readonly idleShare: () => number = idleShareOfMachine(),
  ) {}

  /** Waits until the next turn may begin. @param isUrgent what waits has waited long enough: no rest */
  async turn(isUrgent = false): Promise<void> {
    const wait = this.next - performance.now();
    if (wait > 1 && !isUrgent) await sleep(wait);
    this.began = performance.now();
    this.next = this.began + this.options.everyMs;
  }

  /** Says that the turn is over. */
  done(): void {
    const { restTurns = 0, restMs = 0 } = this.options;
    if (restTurns === 0 || this.idleShare() > BUSY_BELOW) return;
    const now = performance.now();
    this.next = Math.max(this.next, now + Math.min(restMs, restTurns * (now - this.began)));
  }
}

/** Looks no more often than counts of hundredths of a second can tell anything. */
function idleShareOfMachine(): () => number {
  let [readAt, idle, all, share] = [-Infinity, 0, 0, 1];
  return () => {
    if (performance.now() - readAt < 200) return share;
    readAt = performance.now();
    const [idleBefore, allBefore] = [idle, all];
    const times = cpus().map((cpu) => cpu.times);
    idle = times.reduce((sum, time) => sum + time.idle, 0);
    all = times.reduce((sum, { user, nice, sys, idle: rest, irq }) => sum + user + nice + sys + rest + irq, 0);
    share = all > allBefore ? (idle - idleBefore) / (all - allBefore) : share;
    return share;
  };
}
