import { hash, timingSafeEqual } from 'node:crypto';
import { Refusal } from '@referrals/domain';
import type { Log } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { within } from '../http/within.js';
import { findLiveKey, type LiveKey } from './api-keys.queries.js';
import type { Caller } from './caller.js';
import type { HostTokens } from './host-tokens.js';
import { parseKey, type KeyEnvironment } from './key-format.js';

/** Older than this a looked-up key is looked up again beside the request; older than that, before it. */
const REFRESH_MS = 1_000;
const STALE_MS = 2_000;
const LOOK_UP_MS = 1_000;
const KEPT = 10_000;

const digest = (text: string): Buffer => hash('sha256', Buffer.from(text, 'latin1'), 'buffer');

interface Seen {
  key: LiveKey | null;
  at: number;
}

/** Tells who holds a bearer key, or a token of the host. A revoked or expired key is refused at the latest two seconds later. */
export class Authenticator {
  private readonly seen = new Map<string, Seen>();
  private readonly lookingUp = new Map<string, Promise<LiveKey | null>>();
  private readonly adminDigest: Buffer;

  /** @param adminKey the first key, which is in no table */
  constructor(
    private readonly db: Database,
    private readonly log: Log,
    private readonly environment: KeyEnvironment,
    adminKey: string,
    private readonly hostTokens: HostTokens,
  ) {
    // headers arrive as Latin-1: the bytes of the key are what is compared
    this.adminDigest = hash('sha256', Buffer.from(adminKey, 'utf8'), 'buffer');
  }

  /** The holder, or null for anything that is no live key; at once where the key is known. */
  identify(authorization: string | undefined): Caller | null | Promise<Caller | null> {
    const token = authorization && /^Bearer +(.+)$/i.exec(authorization)?.[1];
    if (!token) return null;
    if (timingSafeEqual(digest(token), this.adminDigest)) return { actor: 'first-admin-key', scope: 'admin' };
    const parts = parseKey(this.environment, token);
    if (!parts) return this.hostTokens.isConfigured ? this.userOf(token) : null;
    const presented = digest(parts.secret);
    const seen = this.seen.get(parts.id);
    const age = seen ? performance.now() - seen.at : Infinity;
    if (seen && age < STALE_MS) {
      if (age > REFRESH_MS) this.lookUp(parts.id).catch(() => undefined);
      return callerOf(seen.key, presented);
    }
    return within(LOOK_UP_MS, this.lookUp(parts.id)).then((key) => callerOf(key, presented));
  }

  private async userOf(token: string): Promise<Caller | null> {
    const userId = await this.hostTokens.verify(token);
    return userId === null ? null : { actor: 'user', scope: 'user', userId };
  }

  /** Whether users can call at all: without a way to verify them nobody is one. */
  get knowsUsers(): boolean {
    return this.hostTokens.isConfigured;
  }

  /** Lets this process see a change of a key at once. */
  forget(id: string): void {
    this.seen.delete(id);
  }

  private lookUp(id: string): Promise<LiveKey | null> {
    const underWay = this.lookingUp.get(id);
    if (underWay) return underWay;
    const work = this.read(id).finally(() => this.lookingUp.delete(id));
    this.lookingUp.set(id, work);
    return work;
  }

  private async read(id: string): Promise<LiveKey | null> {
    try {
      const at = performance.now();
      const key = await findLiveKey(this.db, id);
      if (this.seen.size >= KEPT) this.seen.clear();
      this.seen.set(id, { key, at });
      return key;
    } catch (error) {
      this.log.error({ err: error }, 'key_look_up_failed');
      throw new Refusal('unavailable', { retryAfterSeconds: 1 });
    }
  }
}

const NO_SECRET = Buffer.alloc(32);

/** Compares also where there is no such key, so that both take the same time. */
function callerOf(key: LiveKey | null, presented: Buffer): Caller | null {
  const matches = timingSafeEqual(presented, key?.secretHash ?? NO_SECRET);
  return key && matches ? { actor: `key:${key.id}`, scope: key.scope, origins: key.origins } : null;
}
