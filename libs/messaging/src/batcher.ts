import { Refusal } from '@referrals/domain';
import { CROWD } from './traffic.js';

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
  /** once items come in crowds, a group begins so long after the one before: small groups would cost as much as large ones */
  gatherMs?: number;
  /** items waiting at most; beyond them callers are told to come back */
  queue?: number;
}

/**
 * Natural batching: what arrives while a group is under way is the next group. A lone request never
 * waits, and under load groups grow until the work keeps up.
 */
export class Batcher<Item, Result> {
  private readonly waiting: Waiting<Item, Result>[] = [];
  private running = 0;
  /** items of the groups under way */
  private underWay = 0;
  private scheduled = false;
  /** when the next group may begin */
  private next = 0;

  /** @param work told beside a group how many items are under way or wait as it begins */
  constructor(
    private readonly work: (items: Item[], present: number) => Promise<PromiseSettledResult<Result>[]>,
    private readonly options: BatcherOptions,
  ) {}

  add(item: Item): Promise<Result> {
    if (this.waiting.length >= (this.options.queue ?? 4_000)) return Promise.reject(new Refusal('unavailable', { retryAfterSeconds: 1 }));
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    const begin = (): void => {
      this.scheduled = false;
      this.start();
    };
    const wait = this.next - performance.now();
    // one turn of the event loop at least lets the requests of one network read become one group
    if (wait < 1) setImmediate(begin);
    else setTimeout(begin, wait);
  }

  private start(): void {
    while (this.running < (this.options.inFlight ?? 2) && this.waiting.length > 0) {
      if (this.next > performance.now()) return this.schedule();
      this.running += 1;
      const group = this.waiting.splice(0, this.options.size);
      this.underWay += group.length;
      const present = this.underWay + this.waiting.length;
      if (present > CROWD) this.next = performance.now() + (this.options.gatherMs ?? 0);
      void this.run(group, present);
    }
  }

  private async run(group: Waiting<Item, Result>[], present: number): Promise<void> {
    try {
      const results = await this.work(group.map((entry) => entry.item), present);
      group.forEach((entry, index) => {
        const result = results[index]!;
        if (result.status === 'fulfilled') entry.resolve(result.value);
        else entry.reject(result.reason);
      });
    } catch (error) {
      for (const entry of group) entry.reject(error);
    } finally {
      this.underWay -= group.length;
      this.running -= 1;
      this.start();
    }
  }
}
