import { createHmac, timingSafeEqual } from 'node:crypto';
import { parse, stringify } from 'uuid';

/** What a token says: the code whose link was clicked, and from when until when, in real time, the click counts. */
export interface AttributionToken {
  codeId: string;
  issuedAt: Date;
  expiresAt: Date;
}

const ID_BYTES = 16;
const TIME_BYTES = 6;
const PAYLOAD_BYTES = ID_BYTES + 2 * TIME_BYTES;

/**
 * Signs and reads tokens of the form `payload.signature`, both base64url: the code's id and two times in milliseconds,
 * 28 bytes, under HMAC-SHA256.
 */
export class AttributionTokens {
  constructor(private readonly secret: string) {}

  sign({ codeId, issuedAt, expiresAt }: AttributionToken): string {
    const bytes = Buffer.alloc(PAYLOAD_BYTES);
    bytes.set(parse(codeId));
    bytes.writeUIntBE(issuedAt.getTime(), ID_BYTES, TIME_BYTES);
    bytes.writeUIntBE(expiresAt.getTime(), ID_BYTES + TIME_BYTES, TIME_BYTES);
    const payload = bytes.toString('base64url');
    return `${payload}.${this.signatureOf(payload)}`;
  }

  /** What the token says, or null when it is none of ours; whether it has expired is for the caller to judge. */
  read(token: string): AttributionToken | null {
    const [payload, signature, ...rest] = token.split('.');
    if (!payload || !signature || rest.length > 0 || !isEqual(signature, this.signatureOf(payload))) return null;
    const bytes = Buffer.from(payload, 'base64url');
    if (bytes.length !== PAYLOAD_BYTES) return null;
    return {
      codeId: stringify(bytes.subarray(0, ID_BYTES)),
      issuedAt: new Date(bytes.readUIntBE(ID_BYTES, TIME_BYTES)),
      expiresAt: new Date(bytes.readUIntBE(ID_BYTES + TIME_BYTES, TIME_BYTES)),
    };
  }

  /** Compared as text: a decoder forgives what is no base64url, and one token would have many spellings. */
  private signatureOf(payload: string): string {
    return createHmac('sha256', this.secret).update(payload).digest('base64url');
  }
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
