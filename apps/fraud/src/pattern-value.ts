import type { FraudPattern } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import ipaddr from 'ipaddr.js';
import { domainToASCII } from 'node:url';
import { devicePatternProblem } from './device-patterns.js';

type PatternType = FraudPattern['patternType'];

/** A pattern's value in its one spelling. */
export function patternValue(patternType: PatternType, text: string): string | Refusal {
  if (patternType === 'email_domain') return emailDomain(text) ?? invalid('patternValue', 'not a domain');
  if (patternType === 'ip_range') return networkText(text) ?? invalid('patternValue', 'not a network in CIDR notation');
  const problem = devicePatternProblem(text);
  return problem === null ? text : invalid('patternValue', problem);
}

/** A top-level domain alone is none: it would match half the world. */
function emailDomain(text: string): string | null {
  const domain = domainToASCII(text.trim().replace(/^(\*\.|@|\.)/, '').replace(/\.$/, '').toLowerCase());
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain) ? domain : null;
}

/** @returns the network with its host bits cleared, in one spelling; null when the text is none. An address alone is a network of one */
export function networkText(text: string): string | null {
  const [address = '', bits, ...rest] = text.trim().split('/');
  if (rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return null;
  const family = ipaddr.IPv4.isValidFourPartDecimal(address) ? ipaddr.IPv4 : ipaddr.IPv6.isValid(address) && !address.includes('%') ? ipaddr.IPv6 : null;
  if (!family) return null;
  const most = family === ipaddr.IPv4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  if (prefix > most) return null;
  const parsed = family.parse(address);
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress()) return prefix >= 96 ? networkText(`${parsed.toIPv4Address().toString()}/${prefix - 96}`) : null;
  return `${family.networkAddressFromCIDR(`${parsed.toString()}/${prefix}`).toString()}/${prefix}`;
}

const invalid = (path: string, message: string): Refusal => new Refusal('invalid_request', { errors: [{ path, message }] });
