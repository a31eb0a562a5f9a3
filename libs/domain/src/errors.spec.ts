import { isRefusalCode, Refusal, REFUSALS } from './errors.js';

describe('refusals', () => {
  it.each([
    ['invalid_json', 400], ['unauthenticated', 401], ['payment_required', 402], ['forbidden', 403], ['not_found', 404],
    ['method_not_allowed', 405], ['code_taken', 409], ['already_referred', 409], ['id_conflict', 409], ['insufficient_balance', 409],
    ['already_decided', 409], ['idempotency_in_progress', 409], ['too_large', 413], ['unsupported_media_type', 415],
    ['invalid_request', 422], ['self_referral', 422], ['referral_loop', 422], ['idempotency_key_reused', 422], ['rate_limited', 429],
    ['internal', 500], ['unavailable', 503], ['code_space_exhausted', 503],
  ] as const)('%s is answered with %d', (code, status) => {
    expect(REFUSALS[code]).toBe(status);
    expect(new Refusal(code).status).toBe(status);
  });

  it('carries the invalid fields and the time to wait', () => {
    const refusal = new Refusal('rate_limited', { errors: [{ path: 'code', message: 'too long' }], retryAfterSeconds: 0 });
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal).toMatchObject({ code: 'rate_limited', message: 'rate_limited', retryAfterSeconds: 0, errors: [{ path: 'code', message: 'too long' }] });
  });

  it('knows its own words and no inherited ones', () => {
    expect(isRefusalCode('expired')).toBe(true);
    expect([isRefusalCode('toString'), isRefusalCode('nope'), isRefusalCode(3)]).toEqual([false, false, false]);
  });
});
