import { Refusal, type FieldError, type RefusalCode } from '@referrals/domain';
import { isTransient } from '@referrals/persistence';
import type { z } from 'zod';

/** A refusal as it travels in the `err` of the framework's envelope: the same code words as HTTP. */
export interface WireError {
  code: RefusalCode;
  message: string;
  errors?: { path: string; message: string }[];
  retryAfterSeconds?: number;
}

/** What a caller may see of an error: a refusal as it is, a database that is away as `unavailable`, anything else as `internal`. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return isTransient(error) ? new Refusal('unavailable', { retryAfterSeconds: 1 }) : new Refusal('internal');
}

export function toWire(error: unknown): WireError {
  const { code, message, errors, retryAfterSeconds } = refusalOf(error);
  return { code, message, ...(errors && { errors }), ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
}

export function fromWire(wire: unknown): Refusal {
  const { code, errors, retryAfterSeconds } = (wire ?? {}) as Partial<WireError>;
  return new Refusal(code ?? 'internal', { ...(errors && { errors }), ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) });
}

/** @throws Refusal `invalid_request` that names every field */
export function validate<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Refusal('invalid_request', { errors: parsed.error.issues.flatMap(fieldErrors) });
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'unknown field' }));
  return [{ path: issue.path.join('.'), message: issue.message }];
}
