import { Refusal } from '@referrals/domain';
import { failpoint, isTransient, isUniqueViolation, storedAnswers, type Database, type StoredAnswer, type Transaction } from '@referrals/persistence';
import type { Answer, RequestMeta } from './bus.js';
import type { Log } from './log.js';
import { fromWire, refusalOf, toWire, type WireError } from './wire.js';

/** A refusal is an outcome like any other: it changes nothing and fails none of its neighbours. */
export type Outcome<Reply> = Reply | Refusal;
/** What a command does in its transaction: outcomes in the order of the requests. */
export type Work<Reply> = (tx: Transaction) => Promise<Outcome<Reply>[]>;
/** A command may ask other rooms first; what it returns runs in the transaction. */
export type WriteHandler<Input, Reply> = (inputs: Input[], metas: RequestMeta[]) => Work<Reply> | Promise<Work<Reply>>;

export interface WriteRequest<Input> {
  input: Input;
  meta: RequestMeta;
}

type Settled<Reply> = PromiseSettledResult<Answer<Reply>>;
/** An answer as it is kept for its idempotency key. */
type Kept<Reply> = { reply: Reply } | { refusal: WireError };

const fulfilled = <Reply>(value: Reply, replayed = false): Settled<Reply> => ({ status: 'fulfilled', value: { value, replayed } });
const rejected = <Reply>(reason: unknown): Settled<Reply> => ({ status: 'rejected', reason });
const settle = <Reply>(outcome: Outcome<Reply>): Settled<Reply> => (outcome instanceof Refusal ? rejected(outcome) : fulfilled(outcome));

/** A later try may succeed after these; they are never kept as the answer of a key. */
const isKept = (outcome: unknown): boolean => !(outcome instanceof Refusal) || ![401, 403, 413, 429].includes(outcome.status) && outcome.status < 500;

/** Runs groups of requests, each in one transaction, with what their idempotency keys promise. */
export class WriteGroup<Input, Reply> {
  private readonly keysInFlight = new Set<string>();

  constructor(
    private readonly db: Database,
    private readonly log: Log,
    private readonly handler: WriteHandler<Input, Reply>,
  ) {}

  async run(requests: WriteRequest<Input>[]): Promise<Settled<Reply>[]> {
    const results = new Map<WriteRequest<Input>, Settled<Reply>>();
    const claimed = requests.filter((request) => this.claim(request, results));
    try {
      const begun = claimed.length === 1 ? this.begin(claimed) : undefined;
      await this.replay(claimed, results);
      const fresh = claimed.filter((request) => !results.has(request));
      if (fresh.length > 0) (await this.together(fresh, begun)).forEach((result, index) => results.set(fresh[index]!, result));
    } finally {
      for (const { meta } of claimed) if (meta.idempotency) this.keysInFlight.delete(meta.idempotency.key);
    }
    failpoint('before-answer');
    return requests.map((request) => results.get(request)!);
  }

  private claim(request: WriteRequest<Input>, results: Map<WriteRequest<Input>, Settled<Reply>>): boolean {
    const key = request.meta.idempotency?.key;
    if (!key) return true;
    if (this.keysInFlight.has(key)) {
      results.set(request, rejected(new Refusal('idempotency_in_progress', {})));
      return false;
    }
    this.keysInFlight.add(key);
    return true;
  }

  private async replay(requests: WriteRequest<Input>[], results: Map<WriteRequest<Input>, Settled<Reply>>): Promise<void> {
    const keyed = requests.filter((request) => request.meta.idempotency);
    if (keyed.length === 0) return;
    const stored = await storedAnswers(this.db, keyed.map((request) => request.meta.idempotency!.key));
    const byKey = new Map(stored.map((answer) => [answer.key, answer]));
    for (const request of keyed) {
      const answer = byKey.get(request.meta.idempotency!.key);
      if (answer) results.set(request, this.replayed(request, answer));
    }
  }

  private replayed(request: WriteRequest<Input>, { bodyHash, answer }: StoredAnswer): Settled<Reply> {
    if (bodyHash !== request.meta.idempotency!.bodyHash) return rejected(new Refusal('idempotency_key_reused', {}));
    const kept = answer as Kept<Reply>;
    if ('reply' in kept) return fulfilled(kept.reply, true);
    return rejected(Object.assign(fromWire(kept.refusal), { replayed: true }));
  }

  /** What a lone request asks of others, while its key is looked up and its transaction begins: it waits for one answer in place of three. */
  private begin(requests: WriteRequest<Input>[]): Promise<Work<Reply>> {
    const begun = Promise.resolve().then(() => this.prepare(requests));
    begun.catch(() => undefined); // a request that is answered already does not need it
    return begun;
  }

  private prepare(requests: WriteRequest<Input>[]): Work<Reply> | Promise<Work<Reply>> {
    return this.handler(requests.map((request) => request.input), requests.map((request) => request.meta));
  }

  private async together(requests: WriteRequest<Input>[], begun?: Promise<Work<Reply>>): Promise<Settled<Reply>[]> {
    try {
      return (await this.commit(requests, begun)).map(settle);
    } catch (error) {
      if (requests.length === 1) return [await this.failed(requests[0]!, error)];
      if (isTransient(error)) return requests.map(() => rejected(this.fault(error)));
      // one of them is at fault: each on its own, so that it fails none of its neighbours
      const results: Settled<Reply>[] = [];
      for (const request of requests) results.push(...(await this.together([request])));
      return results;
    }
  }

  /** A key's unique row shows that another process committed the same request first. */
  private async failed(request: WriteRequest<Input>, error: unknown): Promise<Settled<Reply>> {
    if (error instanceof Refusal) return rejected(error);
    if (request.meta.idempotency && isUniqueViolation(error)) {
      const [answer] = await storedAnswers(this.db, [request.meta.idempotency.key]);
      if (answer) return this.replayed(request, answer);
    }
    return rejected(this.fault(error));
  }

  private async commit(requests: WriteRequest<Input>[], begun?: Promise<Work<Reply>>): Promise<Outcome<Reply>[]> {
    const prepared = begun ?? (await this.prepare(requests));
    const outcomes = await this.db.transaction(async (tx) => {
      const work = await prepared;
      const made = await work(tx);
      requests.forEach(({ meta }, index) => {
        const outcome = made[index];
        if (!meta.idempotency || !isKept(outcome)) return;
        const kept: Kept<unknown> = outcome instanceof Refusal ? { refusal: toWire(outcome) } : { reply: outcome };
        tx.answer({ ...meta.idempotency, answer: kept });
      });
      return made;
    });
    if (requests.some(({ meta }) => meta.idempotency)) failpoint('after-keeping-answer');
    return outcomes;
  }

  private fault(error: unknown): Refusal {
    if (!(error instanceof Refusal)) this.log.error({ err: error }, 'write_failed');
    return refusalOf(error);
  }
}
