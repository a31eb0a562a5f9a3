import {
  createCipheriv, createDecipheriv, createPrivateKey, createPublicKey, createSecretKey, diffieHellman, generateKeyPairSync, hkdfSync, randomBytes, type KeyObject,
} from 'node:crypto';

/** A key pair of the room that may open boxes: X25519, both halves DER in base64url. */
export interface BoxKeyPair {
  publicKey: string;
  privateKey: string;
}

export interface BoxKey {
  keyId: string;
  publicKey: string;
}

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export function makeBoxKeyPair(): BoxKeyPair {
  const pair = generateKeyPairSync('x25519');
  return {
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64url'),
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url'),
  };
}

const publicKeyOf = (text: string): KeyObject => createPublicKey({ key: Buffer.from(text, 'base64url'), type: 'spki', format: 'der' });

/** A key object, because a key given as bytes is made into one for every box, at several times the cost of the box. */
function contentKey(privateKey: KeyObject, publicKey: KeyObject, ephemeral: string): KeyObject {
  const shared = diffieHellman({ privateKey, publicKey });
  return createSecretKey(Buffer.from(hkdfSync('sha256', shared, ephemeral, 'referrals sealed context', 32)));
}

/**
 * Seals for one public key. The sender's half of the exchange is made once per box key, so that a box costs one
 * AES-256-GCM call; every box has a nonce of its own.
 * A box reads `v1.<key id>.<sender's public key>.<nonce, text and tag in base64url>`.
 */
export class Sealer {
  private readonly head: string;
  private readonly key: KeyObject;

  constructor(readonly boxKey: BoxKey) {
    const mine = generateKeyPairSync('x25519');
    const ephemeral = mine.publicKey.export({ type: 'spki', format: 'der' }).toString('base64url');
    this.key = contentKey(mine.privateKey, publicKeyOf(boxKey.publicKey), ephemeral);
    this.head = `${VERSION}.${boxKey.keyId}.${ephemeral}`;
  }

  seal(content: unknown): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce);
    const text = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()]);
    return `${this.head}.${Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64url')}`;
  }
}

/** Opens boxes; a sender's content key is derived once and remembered. */
export class Opener {
  private readonly contentKeys = new Map<string, KeyObject>();

  /** @param privateKeyOf the private key of a box key's id, null once it is destroyed */
  constructor(private readonly privateKeyOf: (keyId: string) => string | null) {}

  /** The content, or null when the key is gone or the box is not one of ours. */
  open(box: string): unknown {
    const [version, keyId, ephemeral, sealed] = box.split('.');
    if (version !== VERSION || !keyId || !ephemeral || !sealed) return null;
    try {
      const bytes = Buffer.from(sealed, 'base64url');
      const key = this.contentKeyOf(keyId, ephemeral);
      if (!key) return null;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      return JSON.parse(decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8'));
    } catch {
      return null;
    }
  }

  private contentKeyOf(keyId: string, ephemeral: string): KeyObject | null {
    const name = `${keyId}.${ephemeral}`;
    const known = this.contentKeys.get(name);
    if (known) return known;
    const privateKey = this.privateKeyOf(keyId);
    if (!privateKey) return null;
    const mine = createPrivateKey({ key: Buffer.from(privateKey, 'base64url'), type: 'pkcs8', format: 'der' });
    const key = contentKey(mine, publicKeyOf(ephemeral), ephemeral);
    if (this.contentKeys.size > 1_000) this.contentKeys.clear();
    this.contentKeys.set(name, key);
    return key;
  }
}
