import { isUtf8 } from 'node:buffer';
import { Refusal } from '@referrals/domain';

const MAX_DEPTH = 20;
const [QUOTE, BACKSLASH, COLON, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [34, 92, 58, 123, 125, 91, 93];

/**
 * Parses a body more strictly than `JSON.parse`: well-formed UTF-8, at most 20 levels, no key twice in an object.
 * (Two readers of a doubled key may each believe another value.)
 * @returns undefined for an empty body
 * @throws Refusal `invalid_json`
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw invalid('not UTF-8');
  const text = bytes.toString('utf8');
  const { members, depth } = measure(text);
  if (depth > MAX_DEPTH) throw invalid(`more than ${MAX_DEPTH} levels`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('not JSON');
  }
  if (countMembers(value) !== members) throw invalid('a key stands twice in an object');
  return value;
}

const invalid = (message: string): Refusal => new Refusal('invalid_json', { message });

/** Counts colons outside of strings, one per member as written, and the deepest nesting. */
function measure(text: string): { members: number; depth: number } {
  let members = 0;
  let depth = 0;
  let level = 0;
  for (let i = 0; i < text.length; i += 1) {
    const sign = text.charCodeAt(i);
    if (sign === QUOTE) i = endOfString(text, i);
    else if (sign === COLON) members += 1;
    else if (sign === OPEN_BRACE || sign === OPEN_BRACKET) depth = Math.max(depth, (level += 1));
    else if (sign === CLOSE_BRACE || sign === CLOSE_BRACKET) level -= 1;
  }
  return { members, depth };
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    const sign = text.charCodeAt(i);
    if (sign === BACKSLASH) i += 1;
    else if (sign === QUOTE) return i;
  }
  return text.length;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const children = Object.values(value);
  let count = Array.isArray(value) ? 0 : children.length;
  for (const child of children) count += countMembers(child);
  return count;
}
