import { fraud, type Context } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Bus } from './bus.js';
import type { Log } from './log.js';
import { Sealer, type BoxKey } from './sealed-box.js';

/** Where the last known key outlives the process, so that sealing goes on while fraud is down. */
export interface KeyStore {
  load(): Promise<BoxKey | null>;
  save(key: BoxKey): Promise<void>;
}

/** What a request may carry that only fraud may read. */
export interface Sealable {
  context?: Context | undefined;
  email?: string | null | undefined;
}

/** Real time, as leases and time-outs are: keys change daily and live 14 days. */
const FRESH_MS = 60 * 60 * 1_000;
const RETRY_MS = 2_000;
/** While there is no key at all nothing can be sealed. */
const FIRST_RETRY_MS = 100;
const ASK_MS = 1_000;

/** Seals what only the fraud room may read, with the newest of its keys that is known here. */
export class SealingKeys {
  private sealer: Sealer | undefined;
  private nextFetch = 0;
  private fetching: Promise<void> | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
    private readonly store?: KeyStore,
  ) {}

  /** Takes the stored key, then asks for a newer one; waits for the answer only when nothing was stored. */
  async start(): Promise<void> {
    try {
      const known = await this.store?.load();
      if (known) this.sealer = new Sealer(known);
    } catch (error) {
      this.log.warn({ err: (error as Error).message }, 'sealing_key_not_loaded');
    }
    this.refresh();
    if (!this.sealer) await this.fetching;
  }

  /** Asks once more where no key was ever known. @throws Refusal `unavailable` while contexts cannot be sealed */
  async ready(): Promise<void> {
    await this.current();
  }

  /**
   * The input with `context` in a box and `email` as `sealedEmail` (null where the e-mail is forgotten); a box holds
   * `{ ip?, deviceId?, … }` or `{ email }`. What is sealed already stays as it is.
   * @throws Refusal `unavailable` when there is something to seal and no key was ever known
   */
  async seal<Input extends Sealable>(input: Input): Promise<Input & { sealedEmail?: string | null }> {
    const { context, email, ...rest } = input;
    const opensContext = context !== undefined && !('sealed' in context);
    if (!opensContext && email === undefined) return input;
    const sealer = opensContext || email ? await this.current() : undefined;
    return {
      ...rest,
      ...(context && { context: opensContext ? { sealed: sealer!.seal(context) } : context }),
      ...(email !== undefined && { sealedEmail: email ? sealer!.seal({ email }) : null }),
    } as Input & { sealedEmail?: string | null };
  }

  private async current(): Promise<Sealer> {
    if (performance.now() >= this.nextFetch) this.refresh();
    if (!this.sealer) await this.fetching;
    if (!this.sealer) throw new Refusal('unavailable', { retryAfterSeconds: Math.ceil(RETRY_MS / 1_000) });
    return this.sealer;
  }

  private refresh(): void {
    this.fetching ??= this.fetch().finally(() => (this.fetching = undefined));
  }

  private async fetch(): Promise<void> {
    try {
      const key = await this.bus.request(fraud.getSealingKey, {}, { timeoutMs: ASK_MS });
      this.nextFetch = performance.now() + FRESH_MS;
      // a new sender's half every time the key is looked up, so that one derived secret does not seal for ever
      this.sealer = new Sealer(key);
      await this.store?.save(key);
    } catch (error) {
      this.nextFetch = Math.max(this.nextFetch, performance.now() + (this.sealer ? RETRY_MS : FIRST_RETRY_MS));
      this.log.warn({ err: (error as Error).message }, 'sealing_key_waits');
    }
  }
}
