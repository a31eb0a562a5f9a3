import { createHash, createHmac } from 'node:crypto';
import type { ClientContext } from '@referrals/contracts';
import type { AddressType } from '@referrals/domain';
import { addressValues, type AddressKind } from './address.js';
import { disposableDomain } from './disposable-domains.js';
import { mailboxOf } from './mailbox.js';
import type { NetworkTypes } from './network-types.js';

export type FactKind = AddressKind | 'device';

/** What is kept of a value: enough to recognise it, nothing to read it from. */
export interface Fingerprint {
  kind: FactKind;
  keyId: string;
  /** as PostgreSQL reads bytes: `\x` and hexadecimal digits */
  hash: string;
}

/** What is kept of an e-mail address. */
export interface MailboxFingerprint {
  keyId: string;
  hash: string;
  /** of the mailbox without the digits of its local part; null where too little remains */
  bareHash: string | null;
  domain: string;
  isDisposable: boolean;
}

/** A value under the newest key, and under the one before while both are in force. */
export interface Recognised {
  hash: string;
  previousHash: string | null;
}

/** What a context leaves behind. */
export interface ContextFingerprints {
  all: Fingerprint[];
  /** by which two users are said to share an address: IPv4, or IPv6 /64 */
  ip: Recognised | null;
  device: Recognised | null;
  mailboxes: MailboxFingerprint[];
  addressType: AddressType | null;
  /** what had to be ignored, for the person who looks at the assessment */
  notes: string[];
}

/** HMAC-SHA256 of a kind and a value, so that equal texts of different kinds differ, under keys that only this room has. */
export class Fingerprints {
  private readonly keys: { keyId: string; secret: string }[];

  /**
   * @param secrets the newest key first, then the one that it takes the place of
   * @param groupSecret never changed, because a verdict on an address holds for as long as the referral
   */
  constructor(secrets: string[], private readonly groupSecret: string, private readonly networkTypes: NetworkTypes) {
    this.keys = secrets.map((secret) => ({ secret, keyId: createHash('sha256').update(`key id of ${secret}`).digest('hex').slice(0, 8) }));
  }

  ofContext({ ip, ipType, deviceId, email }: ClientContext): ContextFingerprints {
    const addresses = ip ? addressValues(ip) : [];
    const networks = (addresses ?? []).map(({ kind, value }) => this.of(kind, value));
    const device = deviceId ? this.of('device', deviceId) : [];
    const address = addresses?.[0]?.address;
    const mailboxes = email ? this.ofEmail(email) : [];
    return {
      all: [...networks.flat(), ...device],
      ip: recognised(networks[0] ?? []),
      device: recognised(device),
      mailboxes: mailboxes ?? [],
      addressType: ipType ?? (address ? this.networkTypes.typeOf(address) : null),
      notes: [...(addresses === null ? ['invalid_ip'] : []), ...(mailboxes === null ? ['invalid_email'] : [])],
    };
  }

  /** @returns null for what is no e-mail address */
  ofEmail(email: string): MailboxFingerprint[] | null {
    const mailbox = mailboxOf(email);
    if (!mailbox) return null;
    const { canonical, bare, domain } = mailbox;
    return this.keys.map(({ keyId, secret }) => ({
      keyId, hash: hashOf(secret, 'mailbox', canonical), bareHash: bare === null ? null : hashOf(secret, 'bare_mailbox', bare),
      domain, isDisposable: disposableDomain(domain) !== null,
    }));
  }

  /** By which sign-ups of one referrer from one address are known as such for ever; those of different referrers have nothing in common. */
  addressGroup(address: string, referrerId: string): string | null {
    const value = addressValues(address)?.[0]?.value;
    return value === undefined ? null : createHmac('sha256', this.groupSecret).update(`${referrerId}\0${value}`).digest('base64url').slice(0, 22);
  }

  private of(kind: FactKind, value: string): Fingerprint[] {
    return this.keys.map(({ keyId, secret }) => ({ kind, keyId, hash: hashOf(secret, kind, value) }));
  }
}

const hashOf = (secret: string, kind: string, value: string): string => `\\x${createHmac('sha256', secret).update(`${kind}\0${value}`).digest('hex')}`;

const recognised = ([newest, previous]: Fingerprint[]): Recognised | null => newest ? { hash: newest.hash, previousHash: previous?.hash ?? null } : null;

export const nothingKnown = (note: string): ContextFingerprints =>
  ({ all: [], ip: null, device: null, mailboxes: [], addressType: null, notes: [note] });
