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

  /** @param atMost aggregates kept at once: the oldest gives way to a further one, so that a backlog never stands still for want of hands */
  constructor(
    private readonly release: (items: Item[]) => void,
    private readonly atMost = 512,
  ) {}

  hold(key: string, item: Item, atMostMs: number): void {
    const known = this.waiting.get(key);
    if (known) return void known.items.push(item);
    if (this.waiting.size >= this.atMost) this.end(this.waiting.keys().next().value!);
    this.waiting.set(key, { items: [item], timer: setTimeout(() => this.end(key), atMostMs) });
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
