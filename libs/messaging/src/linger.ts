interface Waiting<Item> {
  items: Item[];
  timer: NodeJS.Timeout;
}

/**
 * Keeps what is better handled together with something that usually follows soon, of the same aggregate, until that has
 * come or the time is up. Nothing depends on it but work saved.
 */
export class Linger<Item> {
  private readonly waiting = new Map<string, Waiting<Item>>();

  constructor(private readonly release: (items: Item[]) => void) {}

  hold(key: string, item: Item, atMostMs: number): void {
    const known = this.waiting.get(key);
    if (known) known.items.push(item);
    else this.waiting.set(key, { items: [item], timer: setTimeout(() => this.end(key), atMostMs) });
  }

  /** What was waited for is here. */
  end(key: string): void {
    const ended = this.waiting.get(key);
    if (!ended) return;
    this.waiting.delete(key);
    clearTimeout(ended.timer);
    this.release(ended.items);
  }

  /** Forgets all of it. */
  clear(): void {
    for (const { timer } of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }
}
