/** A group of more requests than these was a crowd. */
export const CROWD = 8;
/** So long after the last of them the crowds are over. */
const GONE_AFTER_MS = 300;

/** Whether requests come to this process in crowds: what can wait then leaves the processor to those who wait for an answer. */
export class Crowds {
  private last = -Infinity;

  /** Notes how many requests were handled together. */
  note(size: number): void {
    if (size > CROWD) this.last = performance.now();
  }

  get areHere(): boolean {
    return performance.now() - this.last < GONE_AFTER_MS;
  }
}
