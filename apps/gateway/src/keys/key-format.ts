import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * `rf_<environment>_<key id>_<secret>_<checksum>`: prefix and checksum let scanners of source code recognise a leaked
 * key. The key id is the row's UUID without dashes, the secret 43 base-62 digits (256 bits), the checksum a CRC-32.
 */
export interface KeyParts {
  id: string;
  secret: string;
}

export type KeyEnvironment = 'live' | 'test';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_DIGITS = 43;
const KEY = /^rf_(live|test)_([0-9a-f]{32})_([0-9A-Za-z]{43})_([0-9A-Za-z]{6})$/;

export const makeSecret = (): string => Array.from({ length: SECRET_DIGITS }, () => DIGITS[randomInt(DIGITS.length)]).join('');

export function formatKey(environment: KeyEnvironment, { id, secret }: KeyParts): string {
  const head = `rf_${environment}_${id.replaceAll('-', '')}_${secret}`;
  return `${head}_${checksum(head)}`;
}

/** The parts of a key of this environment, null for anything else. */
export function parseKey(environment: KeyEnvironment, text: string): KeyParts | null {
  const match = KEY.exec(text);
  if (!match || match[1] !== environment || checksum(text.slice(0, -7)) !== match[4]) return null;
  return { id: match[2]!.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'), secret: match[3]! };
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < 6; i += 1) {
    digits = DIGITS[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
