import { clientNetworks, Refusal } from '@referrals/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../keys/caller.js';
import type { Cors } from './cors.js';
import type { RateLimit } from './rate-limits.js';

/** Who may come how often, and from which pages. */
export class Door {
  constructor(
    readonly cors: Cors,
    private readonly keys: RateLimit,
    private readonly clients: RateLimit,
  ) {}

  /** Counts a request: users and browsers each by themselves, backends by their key; operators always get in. */
  take(caller: Caller, request: FastifyRequest, reply: FastifyReply): Refusal | undefined {
    if (caller.scope === 'admin') return undefined;
    const turn = caller.scope === 'service' ? this.keys.take(caller.actor) : this.clients.take(clientOf(caller, request.ip));
    if (!turn) return undefined;
    void reply.headers({ 'ratelimit-limit': String(turn.limit), 'ratelimit-remaining': String(turn.remaining), 'ratelimit-reset': String(turn.resetSeconds) });
    return turn.isRefused ? new Refusal('rate_limited', { retryAfterSeconds: turn.resetSeconds }) : undefined;
  }
}

/** An IPv6 customer has a /64 at least. */
const clientOf = ({ userId }: Caller, ip: string): string => (userId === undefined ? `ip:${clientNetworks(ip)?.client ?? ip}` : `user:${userId}`);
