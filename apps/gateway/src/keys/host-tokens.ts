import { realNowMs } from '@referrals/persistence';
import type { Env } from '@referrals/config';
import { UserId } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { createRemoteJWKSet, customFetch, decodeProtectedHeader, errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import { keepLast } from './keep-last.js';

type HostEnv = Pick<Env, 'HOST_JWT_SECRET' | 'HOST_JWKS_URL' | 'HOST_JWT_ISSUER' | 'HOST_JWT_AUDIENCE'>;
type Check = (token: string) => Promise<{ payload: JWTPayload }>;

const TOKEN_SIGNS = 8_192;
/** Clocks of two machines differ; an expired token is expired all the same. */
const SKEW_SECONDS = 5;
const FRESH_MS = 10 * 60_000;
/** A token with an unknown key id has the set read again, but not more often than this. */
const PAUSE_MS = 2_000;
const FETCH_MS = 1_500;
/** What tells a verifier where to find a key, or what else to understand, is never followed. */
const FOREIGN = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64'];
/** The key set could not be read: nothing is known of the token. */
const AWAY = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'];

/**
 * Verifies the host's user tokens. The algorithm is fixed by what is configured, never by the token: HS256 with a secret,
 * and with a key set the one that the key is for.
 */
export class HostTokens {
  private readonly check: Check | null;

  constructor(env: HostEnv) {
    this.check = checkOf(env);
  }

  get isConfigured(): boolean {
    return this.check !== null;
  }

  /** The user whom a token names, or null for anything that is no valid token. @throws Refusal `unavailable` while no key set was ever read */
  async verify(token: string): Promise<string | null> {
    if (!this.check || token.length > TOKEN_SIGNS || isForeign(token)) return null;
    try {
      const { payload } = await this.check(token);
      return payload.exp! * 1_000 <= realNowMs() ? null : (UserId.safeParse(payload.sub).data ?? null);
    } catch (error) {
      if (error instanceof errors.JOSEError && !AWAY.includes(error.code)) return null;
      throw new Refusal('unavailable', { retryAfterSeconds: 1 });
    }
  }
}

function checkOf({ HOST_JWT_SECRET: secret, HOST_JWKS_URL: url, HOST_JWT_ISSUER: issuer, HOST_JWT_AUDIENCE: audience }: HostEnv): Check | null {
  const options: JWTVerifyOptions = {
    requiredClaims: ['exp', 'sub'], clockTolerance: SKEW_SECONDS,
    ...(issuer !== undefined && { issuer }), ...(audience !== undefined && { audience }),
  };
  if (secret !== undefined) {
    const key = new TextEncoder().encode(secret);
    return (token) => jwtVerify(token, key, { ...options, algorithms: ['HS256'] });
  }
  if (url === undefined) return null;
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_MS, cooldownDuration: PAUSE_MS, cacheMaxAge: FRESH_MS, [customFetch]: keepLast(),
  });
  return (token) => jwtVerify(token, keys, { ...options, algorithms: ['RS256', 'ES256', 'EdDSA', 'Ed25519'] });
}

function isForeign(token: string): boolean {
  try {
    const header = decodeProtectedHeader(token);
    return FOREIGN.some((name) => name in header);
  } catch {
    return true;
  }
}
