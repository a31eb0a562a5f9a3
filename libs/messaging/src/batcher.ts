import { Refusal } from '@referrals/domain';

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

export interface BatcherOptions {
  /** items of one group at most */
  size: number;
  /** groups under way at once; a second one keeps the database busy while the first waits for its commit */
  inFlight?: number;
  /** items waiting at most; beyond them callers are told to come back */
  queue?: number;
}

/**
 * Natural batching: what arrives while a group is under way is the next group. There is no timer, so a lone request
 * never waits, and under load groups grow until the work keeps up.
 */
export class Batcher<Item, Result> {
  private readonly waiting: Waiting<Item, Result>[] = [];
  private running = 0;
  private scheduled = false;

  constructor(
    private readonly work: (items: Item[]) => Promise<PromiseSettledResult<Result>[]>,
    private readonly options: BatcherOptions,
  ) {}

  add(item: Item): Promise<Result> {
    if (this.waiting.length >= (this.options.queue ?? 4_000)) return Promise.reject(new Refusal('unavailable', { retryAfterSeconds: 1 }));
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.scheduled) return;
      // one turn of the event loop lets the requests of one network read become one group
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.start();
      });
    });
  }

  private start(): void {
    while (this.running < (this.options.inFlight ?? 2) && this.waiting.length > 0) {
      this.running += 1;
      void this.run(this.waiting.splice(0, this.options.size));
    }
  }

  private async run(group: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.work(group.map((entry) => entry.item));
      group.forEach((entry, index) => {
        const result = results[index]!;
        if (result.status === 'fulfilled') entry.resolve(result.value);
        else entry.reject(result.reason);
      });
    } catch (error) {
      for (const entry of group) entry.reject(error);
    } finally {
      this.running -= 1;
      this.start();
    }
  }
}
