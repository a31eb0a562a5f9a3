import { REFUSALS, Refusal, type FieldError, type RefusalCode } from '@referrals/domain';
import { isReplayed } from '@referrals/messaging';
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

/** Faults of the framework that are the caller's doing. */
const FRAMEWORK: Record<string, RefusalCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_json',
  FST_ERR_BAD_URL: 'not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
};

/** Any fault as the refusal that a caller may see; null where it is ours. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error.code === 'internal' ? null : error;
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  if (typeof code === 'string' && Object.hasOwn(FRAMEWORK, code)) return new Refusal(FRAMEWORK[code]!);
  return statusCode === 400 ? new Refusal('invalid_json') : null;
}

/** Answers with a problem; nothing of an unknown fault but its status leaves the house. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown, more: object = {}): void {
  const { code, errors, message, retryAfterSeconds } = refusalOf(error) ?? new Refusal('internal');
  const status = REFUSALS[code];
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="referrals"');
  if (status === 429 || status === 503) reply.header('retry-after', String(retryAfterSeconds ?? 1));
  if (isReplayed(error)) reply.header('idempotent-replayed', 'true');
  const body = problem(code, status, { ...(message !== code && { detail: message }), instance: request.id, ...(errors && { errors }) });
  void reply.code(status).header('content-type', PROBLEM_TYPE).send(JSON.stringify({ ...body, ...more }));
}

/** What of a fault of ours may stand in the log: never the values that were being written. */
export function faultOf(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  return { name: error.name, message: error.message, code: (error as { code?: unknown }).code, stack: error.stack };
}
