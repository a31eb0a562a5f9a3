import { hash } from 'node:crypto';
import type { RoutedContract } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';

export interface Idempotency {
  key: string;
  bodyHash: string;
}

const KEY = /^[\x20-\x7e]{1,255}$/;

/**
 * What the room needs to keep the promise of an `Idempotency-Key`: the key, bound to its holder, method and path, and
 * the hash of the body. Both hashes take in the caller's key, so that neither can be guessed back to what was sent.
 * @throws Refusal `invalid_request` for a key that is not 1 to 255 printable ASCII characters
 */
export function idempotencyOf(
  contract: RoutedContract, header: string | string[] | undefined, holder: string, params: unknown, body: unknown,
): Idempotency | undefined {
  if (header === undefined || contract.http.method !== 'POST' || contract.http.notIdempotent) return undefined;
  if (typeof header !== 'string' || !KEY.test(header)) {
    throw new Refusal('invalid_request', { errors: [{ path: 'Idempotency-Key', message: '1 to 255 printable ASCII characters' }] });
  }
  const { method, path } = contract.http;
  return {
    key: hash('sha256', canonicalJson([holder, method, path, params, header]), 'hex'),
    bodyHash: hash('sha256', canonicalJson([header, body ?? {}]), 'hex'),
  };
}

/** JSON with the keys of every object in order, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}
