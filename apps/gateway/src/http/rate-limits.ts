const WINDOW_MS = 60_000;
/** Clients counted apart within a minute; those beyond share one count. */
const CLIENTS = 100_000;

/** Where a client stands after a request. */
export interface Turn {
  limit: number;
  remaining: number;
  /** until a full window is free again, at most */
  resetSeconds: number;
  isRefused: boolean;
}

/**
 * Requests per minute by client, in a sliding window: what the minute before counts fades out as this one goes on. It is
 * counted in this process: several gateways let as many times more through.
 */
export class RateLimit {
  private minute = -1;
  private present = new Map<string, number>();
  private past = new Map<string, number>();

  constructor(private readonly limit: number) {}

  /** @param now milliseconds of a clock that never goes back; null where nothing is limited */
  take(client: string, now = performance.now()): Turn | null {
    if (this.limit === 0) return null;
    this.turn(Math.floor(now / WINDOW_MS));
    const elapsed = now % WINDOW_MS;
    const name = this.present.has(client) || this.present.size < CLIENTS ? client : '';
    const present = this.present.get(name) ?? 0;
    const used = present + (this.past.get(name) ?? 0) * (1 - elapsed / WINDOW_MS);
    const isRefused = used >= this.limit;
    if (!isRefused) this.present.set(name, present + 1);
    const remaining = Math.max(0, Math.floor(this.limit - used) - (isRefused ? 0 : 1));
    return { limit: this.limit, remaining, resetSeconds: Math.ceil((WINDOW_MS - elapsed) / 1_000), isRefused };
  }

  private turn(minute: number): void {
    if (minute === this.minute) return;
    this.past = minute === this.minute + 1 ? this.present : new Map<string, number>();
    this.present = new Map();
    this.minute = minute;
  }
}
