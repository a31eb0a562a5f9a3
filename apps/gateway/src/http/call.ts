import type { RoutedContract } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { RequestOptions } from '@referrals/messaging';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ANYBODY, type Caller } from '../keys/caller.js';
import { idempotencyOf } from './idempotency.js';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
}

/** The gateway answers within 2 s; what is left is for the way back. */
const ANSWER_MS = 1_800;
const LEAST_MS = 50;

/** What is known of a request beside its input. */
export interface Call {
  caller: Caller;
  /** the address of the connection */
  ip: string;
  method: string;
  headers: IncomingHttpHeaders;
  /** what travels to the room, the time that is left included */
  options: RequestOptions & { timeoutMs: number };
}

/** The user who calls. @throws Refusal `unauthenticated` where a key calls */
export function userOf({ caller }: Call): string {
  if (caller.userId === undefined) throw new Refusal('unauthenticated');
  return caller.userId;
}

export function callOf(contract: RoutedContract, request: FastifyRequest, reply: FastifyReply): Call {
  const caller = request.caller ?? ANYBODY;
  const idempotency = idempotencyOf(contract, request.headers['idempotency-key'], caller.actor, request.params, request.body);
  const timeoutMs = Math.max(LEAST_MS, (contract.http.timeoutMs ?? ANSWER_MS) - reply.elapsedTime);
  return { caller, ip: request.ip, method: request.method, headers: request.headers, options: { requestId: request.id, actor: caller.actor, timeoutMs, ...(idempotency && { idempotency }) } };
}
