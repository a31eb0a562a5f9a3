import { createHash, createHmac } from 'node:crypto';
import type { ClientContext } from '@referrals/contracts';
import { addressValues, type AddressKind } from './address.js';

export type FactKind = AddressKind | 'device';

/** What is kept of a value: enough to recognise it, nothing to read it from. */
export interface Fingerprint {
  kind: FactKind;
  keyId: string;
  /** as PostgreSQL reads bytes: `\x` and hexadecimal digits */
  hash: string;
}

/** What a context leaves behind. */
export interface ContextFingerprints {
  all: Fingerprint[];
  /** by which two users are said to share an address: IPv4, or IPv6 /64 */
  ip: Fingerprint | null;
  device: Fingerprint | null;
  /** what had to be ignored, for the person who looks at the assessment */
  notes: string[];
}

/** HMAC-SHA256 of a kind and a value, so that equal texts of different kinds differ, under a key that only this room has. */
export class Fingerprints {
  readonly keyId: string;

  constructor(private readonly secret: string) {
    this.keyId = createHash('sha256').update(`key id of ${secret}`).digest('hex').slice(0, 8);
  }

  of(kind: FactKind, value: string): Fingerprint {
    return { kind, keyId: this.keyId, hash: `\\x${createHmac('sha256', this.secret).update(`${kind}\0${value}`).digest('hex')}` };
  }

  ofContext({ ip, deviceId }: ClientContext): ContextFingerprints {
    const addresses = ip ? addressValues(ip) : [];
    const networks = (addresses ?? []).map(({ kind, value }) => this.of(kind, value));
    const device = deviceId ? this.of('device', deviceId) : null;
    return {
      all: device ? [...networks, device] : networks,
      ip: networks[0] ?? null,
      device,
      notes: addresses === null ? ['invalid_ip'] : [],
    };
  }
}

export const nothingKnown = (note: string): ContextFingerprints => ({ all: [], ip: null, device: null, notes: [note] });
