import { HttpException } from '@nestjs/common';
import { REFUSALS, Refusal, type FieldError, type RefusalCode } from '@referrals/domain';
import { isReplayed } from '@referrals/messaging';
import { isTransient } from '@referrals/persistence';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** RFC 9457, with `code`, the stable word, and the fields at fault. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  /** the request's id */
  instance?: string;
  errors?: FieldError[];
}

export const PROBLEM_TYPE = 'application/problem+json';
const titleOf = (code: string): string => code.charAt(0).toUpperCase() + code.slice(1).replaceAll('_', ' ');

/** Words that come from HTTP itself, before there is a request to refuse. */
export type ProtocolCode = 'bad_request' | 'request_timeout' | 'headers_too_large';

export function problem(code: RefusalCode | ProtocolCode, status: number, more: Pick<Problem, 'detail' | 'instance' | 'errors'> = {}): Problem {
  return { type: `urn:referrals:problem:${code}`, title: titleOf(code), status, code, ...more };
}

/** Faults that the framework finds and that are the caller's doing. */
const FRAMEWORK: Record<number, RefusalCode> = { 400: 'invalid_json', 404: 'not_found', 413: 'too_large', 415: 'unsupported_media_type' };

/** Any fault as the refusal that a caller may see; null where it is ours. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error.code === 'internal' ? null : error;
  const code = FRAMEWORK[error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: unknown } | null)?.statusCode)];
  if (code) return new Refusal(code);
  return isTransient(error) ? new Refusal('unavailable', { retryAfterSeconds: 1 }) : null;
}

/** Not everybody answers: `checks` tells who. */
export class Unready extends Refusal {
  constructor(readonly checks: Record<string, string>) {
    super('unavailable', { retryAfterSeconds: 1 });
  }
}

/** Answers with a problem; nothing of an unknown fault but its status leaves the house. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
  const { code, errors, message, retryAfterSeconds } = refusalOf(error) ?? new Refusal('internal');
  const status = REFUSALS[code];
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="referrals"');
  if (status === 429 || status === 503) reply.header('retry-after', String(retryAfterSeconds ?? 1));
  if (status === 429 && !reply.hasHeader('ratelimit-reset')) void reply.headers({ 'ratelimit-remaining': '0', 'ratelimit-reset': String(retryAfterSeconds ?? 1) });
  if (isReplayed(error)) reply.header('idempotent-replayed', 'true');
  const body = problem(code, status, { ...(message !== code && { detail: message }), instance: request.id, ...(errors && { errors }) });
  void reply.code(status).header('content-type', PROBLEM_TYPE).send(Buffer.from(JSON.stringify(error instanceof Unready ? { ...body, checks: error.checks } : body)));
}
