import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';

/**
 * A broker user's key, as the broker's own tools write them (NKEYS, for users). The client library's arithmetic is JavaScript and takes a busy
 * machine a tenth of a second for each signature; two dozen of them would be the better part of a start. Node's takes microseconds.
 */
export interface Nkey {
  /** as the server's configuration names the user */
  publicKey: string;
  sign(nonce: string): string;
}

const USER = [20 << 3];
const SEED_OF_USER = [(18 << 3) | (20 >> 2), (20 & 3) << 6];
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

export const newSeed = (): string => encode(SEED_OF_USER, randomBytes(32));

export function nkeyOf(seed: string): Nkey {
  const raw = fromBase32(seed).subarray(2, 34);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, raw]), format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return { publicKey: encode(USER, Buffer.from(x!, 'base64url')), sign: (nonce) => sign(null, Buffer.from(nonce), key).toString('base64url') };
}

/** Prefix, the 32 bytes and their check sum, in base 32. */
function encode(prefix: number[], bytes: Uint8Array): string {
  const prefixed = Buffer.concat([Buffer.from(prefix), bytes]);
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(crc16(prefixed));
  return toBase32(Buffer.concat([prefixed, sum]));
}

/** As XMODEM has it. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const inBits = (number: number, width: number): string => number.toString(2).padStart(width, '0');

const toBase32 = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => inBits(byte, 8)).join('').match(/.{1,5}/g)!.map((five) => DIGITS[parseInt(five.padEnd(5, '0'), 2)]!).join('');

const fromBase32 = (text: string): Buffer =>
  Buffer.from([...text].map((digit) => inBits(DIGITS.indexOf(digit), 5)).join('').match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
