import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The name leads, or could lead, into a network that is not the internet. */
export class ForbiddenAddress extends Error {
  constructor() {
    super('forbidden address');
  }
}

/**
 * Whether an address is one of the public internet: not private, loopback, link-local, carrier's, documentation,
 * multicast or reserved, neither as itself nor inside of an IPv6 address that stands for an IPv4 one.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  return ipaddr.process(text).range() === 'unicast';
}

/**
 * Resolves for a connection, and only to addresses that may be reached: what was checked is what is connected to, so a
 * name that answers differently the second time gains nothing. One forbidden address forbids the name.
 */
export const lookupAllowed = (allowPrivate: boolean): LookupFunction => (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const first = addresses[0];
    if (!first || (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address)))) return callback(new ForbiddenAddress(), '', 0);
    if (options.all) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};

/** `[::1]` in a URL is `::1` to the network. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** For an address given in the URL nothing is resolved. */
export const isForbiddenLiteral = (url: URL, allowPrivate: boolean): boolean => !allowPrivate && isIP(hostOf(url)) !== 0 && !isPublicAddress(hostOf(url));

/** What creation refuses; a name that does not resolve today may tomorrow, and is checked at every attempt. */
export async function isForbidden(text: string, allowPrivate: boolean): Promise<boolean> {
  const url = new URL(text);
  if (url.username || url.password) return true;
  if (isIP(hostOf(url)) !== 0) return isForbiddenLiteral(url, allowPrivate);
  return new Promise((done) => {
    lookupAllowed(allowPrivate)(hostOf(url), { all: true }, (error) => done(error instanceof ForbiddenAddress));
  });
}
