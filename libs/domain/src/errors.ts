/**
 * Every stable word with which a request can be refused, and the HTTP status that carries it.
 * The same words travel over NATS. Words are promises: add, never rename.
 */
export const REFUSALS = {
  invalid_json: 400,
  invalid_signature: 400,
  unauthenticated: 401,
  payment_required: 402,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  code_taken: 409,
  already_referred: 409,
  id_conflict: 409,
  insufficient_balance: 409,
  already_decided: 409,
  idempotency_in_progress: 409,
  stale_version: 409,
  too_large: 413,
  unsupported_media_type: 415,
  invalid_request: 422,
  invalid_format: 422,
  reserved: 422,
  invalid_token: 422,
  self_referral: 422,
  inactive: 422,
  expired: 422,
  exhausted: 422,
  not_new: 422,
  referral_loop: 422,
  unknown_currency: 422,
  occurred_in_future: 422,
  not_redeemable: 422,
  forbidden_address: 422,
  idempotency_key_reused: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
  code_space_exhausted: 503,
} as const satisfies Record<string, number>;

export type RefusalCode = keyof typeof REFUSALS;

/** One invalid field: `path` as in `context.ip`, `message` for a person. */
export interface FieldError {
  path: string;
  message: string;
}

export interface RefusalDetails {
  errors?: FieldError[];
  retryAfterSeconds?: number;
  message?: string;
}

/** An answer, not a fault: recorded, acknowledged and never retried. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors?: FieldError[];
  readonly retryAfterSeconds?: number;

  constructor(
    readonly code: RefusalCode,
    details: RefusalDetails = {},
  ) {
    super(details.message ?? code);
    this.name = 'Refusal';
    this.status = REFUSALS[code];
    if (details.errors) this.errors = details.errors;
    if (details.retryAfterSeconds !== undefined) this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

export const isRefusalCode = (word: unknown): word is RefusalCode => typeof word === 'string' && Object.hasOwn(REFUSALS, word);
