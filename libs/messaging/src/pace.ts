import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Keeps turns at least `everyMs` apart: a lone event goes at once, a stream of them in groups. A turn costs a transaction
 * whatever it carries, so that many small ones would take the time that requests need.
 */
export class Pace {
  private next = 0;

  constructor(private readonly everyMs: number) {}

  /** Waits until the next turn may begin. */
  async turn(): Promise<void> {
    const wait = this.next - performance.now();
    if (wait > 1) await sleep(wait);
    this.next = performance.now() + this.everyMs;
  }
}
