/** More requests than these at once are a crowd. */
export const CROWD = 8;
/** So long after the last of them the crowds are over. */
const CROWDS_GONE_MS = 300;
/** So long after the last request nobody asks one thing after another. */
const LULL_MS = 25;
/** What can wait does so while crowds come: the burst goes first. */
const FOR_CROWDS_MS = 30_000;
/** And for a moment while somebody asks one thing after another. */
const FOR_ANYBODY_MS = 600;

/** The requests that come to this process: what can wait leaves the processor to those who wait for an answer. */
export class Traffic {
  private lastCrowd = -Infinity;
  private last = -Infinity;

  /** Notes how many requests are handled or wait, as some of them begin. */
  note(present: number): void {
    this.last = performance.now();
    if (present > CROWD) this.lastCrowd = this.last;
  }

  /** How long what can wait should have waited at this moment; 0 when nobody would be disturbed. */
  get patienceMs(): number {
    const now = performance.now();
    if (now - this.lastCrowd < CROWDS_GONE_MS) return FOR_CROWDS_MS;
    return now - this.last < LULL_MS ? FOR_ANYBODY_MS : 0;
  }
}
