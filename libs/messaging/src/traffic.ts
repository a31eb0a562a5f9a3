/** More requests than these at once are a crowd. */
export const CROWD = 8;
/** So long after the last of them the crowds are over. */
const GONE_AFTER_MS = 300;

/** The requests that come to this process: while they come in crowds, what can wait leaves the processor to those who wait for an answer. */
export class Traffic {
  private lastCrowd = -Infinity;

  /** Notes how many requests are handled or wait, as some of them begin. */
  note(present: number): void {
    if (present > CROWD) this.lastCrowd = performance.now();
  }

  get isCrowded(): boolean {
    return performance.now() - this.lastCrowd < GONE_AFTER_MS;
  }
}
