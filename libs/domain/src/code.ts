/** 31 symbols: no 0 O 1 I L, which people confuse. */
export const CODE_ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
export const AUTO_CODE_LENGTH = 8;
const KEY_LENGTH = { min: 3, max: 20 };

export type CodeType = 'auto' | 'custom' | 'campaign';
export type CodeProblem = 'inactive' | 'expired' | 'exhausted';

/**
 * A random code. Bytes from 248 on are thrown away: 256 is no multiple of 31, and a bare modulo would prefer the first symbols.
 * @param randomBytes a cryptographic source of n bytes
 */
export function autoCode(randomBytes: (n: number) => Uint8Array, length: number = AUTO_CODE_LENGTH): string {
  const limit = 256 - (256 % CODE_ALPHABET.length);
  let code = '';
  while (code.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < limit && code.length < length) code += CODE_ALPHABET[byte % CODE_ALPHABET.length];
    }
  }
  return code;
}

// Soft hyphen, zero-width space, non-joiner and joiner, word joiner, byte order mark. Minus is no dash to Unicode, but people paste it.
const IGNORED = /[\p{White_Space}\p{Dash_Punctuation}\u2212\u00AD\u200B-\u200D\u2060\uFEFF]/gu;
const LOOK_ALIKES: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' };

/**
 * The one key under which a code is unique and found, or null when the text cannot be a code (`invalid_format`).
 * Only ASCII is upper-cased (a full upper-casing would turn ß into SS and the dotless ı into I), and nothing
 * foreign is dropped: it would resolve to somebody else's code. lookupKey(lookupKey(x)) = lookupKey(x).
 */
export function lookupKey(text: string): string | null {
  const key = text
    .normalize('NFKC')
    .replace(IGNORED, '')
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/[OIL]/g, (letter) => LOOK_ALIKES[letter] ?? letter);
  return key.length >= KEY_LENGTH.min && key.length <= KEY_LENGTH.max && /^[A-Z0-9]+$/.test(key) ? key : null;
}

/** Whether a chosen code is 3–20 of A–Z 0–9 - and leaves a key of at least 3 symbols (`A--` does not). */
export function customCodeProblem(text: string): 'invalid_format' | null {
  return /^[A-Z0-9-]{3,20}$/.test(text) && lookupKey(text) !== null ? null : 'invalid_format';
}

/** Whether a code reads as a reserved word: compared by lookup key, so that `ADM1N` and `AD-MIN` are `ADMIN` too. */
export function isReserved(text: string, reservedWords: Iterable<string>): boolean {
  const key = lookupKey(text);
  if (key === null) return false;
  for (const word of reservedWords) if (lookupKey(word) === key) return true;
  return false;
}

export interface CodeState {
  isActive: boolean;
  expiresAt: Date | null;
  maxUses: number | null;
}

export const isExpired = (code: Pick<CodeState, 'expiresAt'>, now: Date): boolean =>
  code.expiresAt !== null && code.expiresAt.getTime() <= now.getTime();

/** Why a code that exists cannot be used at `now`, first reason first; null when it can. */
export function codeProblem(code: CodeState, usesCount: number, now: Date): CodeProblem | null {
  if (!code.isActive) return 'inactive';
  if (isExpired(code, now)) return 'expired';
  return code.maxUses !== null && usesCount >= code.maxUses ? 'exhausted' : null;
}

/**
 * A display name as strangers may see it: `Till Schneider` → `Till S.`; one word stays as it is.
 * Null when there is no name, or when it is an e-mail address, which would give more away than a name.
 */
export function shortName(displayName: string | null | undefined): string | null {
  const words = (displayName ?? '').replace(/\p{Cc}/gu, ' ').trim().split(/\s+/u).filter(Boolean);
  const [first, last] = [words[0], words.at(-1)];
  if (!first || !last || words.some((word) => word.includes('@'))) return null;
  if (words.length === 1) return first;
  const initial = [...new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(last)][0]?.segment ?? '';
  return `${first} ${initial.toUpperCase()}.`;
}
