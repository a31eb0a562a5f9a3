import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { Refusal } from '@referrals/domain';

export type Algorithm = 'RS256' | 'ES256' | 'EdDSA';

export interface VerificationKey {
  kid: string | undefined;
  algorithm: Algorithm;
  key: KeyObject;
}

const FRESH_MS = 10 * 60_000;
/** A token with an unknown key id has the set read again, but not more often than this. */
const PAUSE_MS = 2_000;
const FETCH_MS = 1_500;
const MAX_BYTES = 256 * 1_024;
const MIN_RSA_BITS = 2_048;

/** The host's public keys. A key that is new is found at its first token; a set that cannot be read leaves the last one in use. */
export class Jwks {
  private keys: VerificationKey[] | null = null;
  private readAt = -Infinity;
  private triedAt = -Infinity;
  private reading: Promise<void> | null = null;

  constructor(private readonly url: string) {}

  /** The key of an id, or the only one for a token that names none. @throws Refusal `unavailable` while no set was ever read */
  async find(kid: string | undefined): Promise<VerificationKey | null> {
    if (performance.now() - this.readAt > FRESH_MS) await this.refresh();
    const known = this.pick(kid);
    if (known) return known;
    await this.refresh();
    if (!this.keys) throw new Refusal('unavailable', { retryAfterSeconds: 1 });
    return this.pick(kid);
  }

  private pick(kid: string | undefined): VerificationKey | null {
    const keys = this.keys ?? [];
    if (kid === undefined) return keys.length === 1 ? keys[0]! : null;
    return keys.find((key) => key.kid === kid) ?? null;
  }

  private async refresh(): Promise<void> {
    if (!this.reading) {
      if (performance.now() - this.triedAt < (this.keys ? PAUSE_MS : 1_000)) return;
      this.triedAt = performance.now();
      this.reading = this.read().finally(() => (this.reading = null));
    }
    await this.reading;
  }

  private async read(): Promise<void> {
    try {
      const answer = await fetch(this.url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_MS), headers: { accept: 'application/json' } });
      const bytes = answer.ok ? Buffer.from(await answer.arrayBuffer()) : null;
      if (!bytes || bytes.length > MAX_BYTES) return;
      const { keys } = JSON.parse(bytes.toString('utf8')) as { keys?: unknown };
      if (!Array.isArray(keys)) return;
      this.keys = keys.flatMap((jwk) => keyOf(jwk as JsonWebKey & { kid?: string; use?: string; alg?: string }) ?? []);
      this.readAt = performance.now();
    } catch {
      // what was read last stays in use
    }
  }
}

function keyOf(jwk: JsonWebKey & { kid?: string; use?: string; alg?: string }): VerificationKey | null {
  const algorithm = algorithmOf(jwk);
  if (!algorithm || (jwk.use !== undefined && jwk.use !== 'sig') || (jwk.alg !== undefined && jwk.alg !== algorithm)) return null;
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    if (algorithm === 'RS256' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) return null;
    return { kid: jwk.kid, algorithm, key };
  } catch {
    return null;
  }
}

function algorithmOf({ kty, crv }: JsonWebKey): Algorithm | null {
  if (kty === 'RSA') return 'RS256';
  if (kty === 'EC') return crv === 'P-256' ? 'ES256' : null;
  return kty === 'OKP' && crv === 'Ed25519' ? 'EdDSA' : null;
}
