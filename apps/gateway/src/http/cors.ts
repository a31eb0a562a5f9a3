import { ROUTES } from '@referrals/contracts';
import { type Database, REAL_NOW } from '@referrals/persistence';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../keys/caller.js';
import { methodsAt } from './allowed-methods.js';

const BROWSER_ROUTES = ROUTES.filter(({ http }) => http.scope === 'publishable' || http.scope === 'user');
const EXPOSED = 'x-request-id, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset';
const FRESH_MS = 2_000;
const KEPT = 1_000;

/**
 * Which pages of other origins may read answers: those that the operator names for all, and for a publishable key those
 * that it was made with. A browser asks before it shows a key, so the question is answered for the keys together.
 */
export class Cors {
  private readonly origins: Set<string>;
  private readonly seen = new Map<string, { isKnown: boolean; at: number }>();

  constructor(origins: string[], private readonly db: Database) {
    this.origins = new Set(origins);
  }

  /** Answers a browser's question before its request. @returns whether it was one, and allowed */
  async answerPreflight(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const { origin } = request.headers;
    if (request.method !== 'OPTIONS' || !origin || !request.headers['access-control-request-method']) return false;
    const methods = methodsAt(BROWSER_ROUTES, request.url);
    if (methods.length === 0 || !(await this.isKnown(origin))) return false;
    void reply.code(204).headers({
      'access-control-allow-origin': origin, vary: 'Origin', 'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': 'authorization, content-type, idempotency-key, x-request-id', 'access-control-max-age': '600',
    });
    await reply.send();
    return true;
  }

  /** Lets the page that asked read the answer. */
  allow(origin: string, caller: Caller, reply: FastifyReply): void {
    if (caller.scope !== 'publishable' && caller.scope !== 'user') return;
    void reply.header('vary', 'Origin');
    if (!this.origins.has(origin) && !caller.origins?.includes(origin)) return;
    void reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED });
  }

  private async isKnown(origin: string): Promise<boolean> {
    if (this.origins.has(origin)) return true;
    if (origin.length > 300) return false;
    const seen = this.seen.get(origin);
    if (seen && performance.now() - seen.at < FRESH_MS) return seen.isKnown;
    const rows = await this.db.rows(`select from api_key where origins @> array[$1::text] and (expires_at is null or expires_at > ${REAL_NOW}) limit 1`, [origin]);
    if (this.seen.size >= KEPT) this.seen.clear();
    this.seen.set(origin, { isKnown: rows.length > 0, at: performance.now() });
    return rows.length > 0;
  }
}
