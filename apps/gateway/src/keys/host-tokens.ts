import { createHmac, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import type { Env } from '@referrals/config';
import { UserId } from '@referrals/contracts';
import { parseJsonBody } from '../http/json-body.js';
import { Jwks, type Algorithm } from './jwks.js';

type HostEnv = Pick<Env, 'HOST_JWT_SECRET' | 'HOST_JWKS_URL' | 'HOST_JWT_ISSUER' | 'HOST_JWT_AUDIENCE'>;
type Claims = Record<string, unknown>;

const TOKEN_SIGNS = 8_192;
const PART = /^[\w-]+$/;
/** Clocks of two machines differ; an expired token is expired all the same. */
const SKEW_SECONDS = 5;
/** What tells a verifier where to find a key, or what else to understand, is never followed. */
const FOREIGN = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64'];

/**
 * Verifies the host's user tokens. The algorithm is fixed by the configured key, never by the token: HS256 with a secret,
 * and with a key set what the key itself is for.
 */
export class HostTokens {
  private readonly jwks: Jwks | null;

  constructor(private readonly env: HostEnv) {
    this.jwks = env.HOST_JWKS_URL ? new Jwks(env.HOST_JWKS_URL) : null;
  }

  get isConfigured(): boolean {
    return this.env.HOST_JWT_SECRET !== undefined || this.jwks !== null;
  }

  /** The user whom a token names, or null for anything that is no valid token. @throws Refusal `unavailable` while no key set was ever read */
  async verify(token: string): Promise<string | null> {
    const parts = token.split('.');
    if (token.length > TOKEN_SIGNS || parts.length !== 3 || !parts.every((part) => PART.test(part))) return null;
    const [head, body, signature] = parts as [string, string, string];
    const header = json(head);
    if (!header || FOREIGN.some((name) => name in header) || typeof header['alg'] !== 'string') return null;
    const signed = Buffer.from(`${head}.${body}`);
    const given = Buffer.from(signature, 'base64url');
    if (given.toString('base64url') !== signature) return null;
    const isGenuine = this.jwks ? await this.isOfKeySet(this.jwks, header, signed, given) : this.isOfSecret(header, signed, given);
    const claims = isGenuine ? json(body) : null;
    return claims && this.isInForce(claims) ? userIn(claims) : null;
  }

  private isOfSecret(header: Claims, signed: Buffer, given: Buffer): boolean {
    const expected = createHmac('sha256', this.env.HOST_JWT_SECRET!).update(signed).digest();
    return header['alg'] === 'HS256' && given.length === expected.length && timingSafeEqual(given, expected);
  }

  private async isOfKeySet(jwks: Jwks, header: Claims, signed: Buffer, given: Buffer): Promise<boolean> {
    const { kid } = header;
    if (kid !== undefined && typeof kid !== 'string') return false;
    const key = await jwks.find(kid);
    return key !== null && key.algorithm === header['alg'] && isSigned(key.algorithm, key.key, signed, given);
  }

  private isInForce(claims: Claims): boolean {
    // eslint-disable-next-line no-restricted-syntax -- tokens live in real time, whatever a test clock says
    const now = Date.now() / 1_000;
    const { exp, nbf, iss, aud } = claims;
    if (typeof exp !== 'number' || exp <= now) return false;
    if (nbf !== undefined && (typeof nbf !== 'number' || nbf > now + SKEW_SECONDS)) return false;
    if (this.env.HOST_JWT_ISSUER !== undefined && iss !== this.env.HOST_JWT_ISSUER) return false;
    const audience = this.env.HOST_JWT_AUDIENCE;
    return audience === undefined || (Array.isArray(aud) ? aud.includes(audience) : aud === audience);
  }
}

const userIn = ({ sub }: Claims): string | null => UserId.safeParse(sub).data ?? null;

/** A part as an object; a doubled key, of which two readers may each believe another value, makes it none. */
function json(part: string): Claims | null {
  try {
    const value = parseJsonBody(Buffer.from(part, 'base64url'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : null;
  } catch {
    return null;
  }
}

function isSigned(algorithm: Algorithm, key: KeyObject, signed: Buffer, given: Buffer): boolean {
  try {
    if (algorithm === 'EdDSA') return verify(null, signed, key, given);
    return verify('sha256', signed, algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key, given);
  } catch {
    return false;
  }
}
