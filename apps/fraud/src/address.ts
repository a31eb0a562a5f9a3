import ipaddr from 'ipaddr.js';

export type AddressKind = 'ip4' | 'ip6_64' | 'ip6_56' | 'ip6_48';

export interface AddressValue {
  kind: AddressKind;
  /** one spelling for all ways to write the same address or network */
  value: string;
  /** the whole address, in one spelling */
  address: string;
}

const NETWORKS = [['ip6_64', 64], ['ip6_56', 56], ['ip6_48', 48]] as const;

/**
 * The values by which an address is recognised, narrowest first: an IPv4 address as a whole, also when it is mapped into
 * IPv6; of an IPv6 address its networks, because a household has a whole /64.
 * @returns null when the text is no address; of IPv4 only four decimal numbers are one
 */
export function addressValues(text: string): AddressValue[] | null {
  const address = parse(text.trim());
  if (!address) return null;
  if (address instanceof ipaddr.IPv4) return [{ kind: 'ip4', value: address.toString(), address: address.toString() }];
  const whole = ipaddr.fromByteArray(address.toByteArray()).toString();
  return NETWORKS.map(([kind, bits]) => ({ kind, value: `${networkOf(address, bits)}/${bits}`, address: whole }));
}

function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function networkOf(address: ipaddr.IPv6, bits: number): string {
  const bytes = address.toByteArray().map((byte, index) => (index < bits / 8 ? byte : 0));
  return ipaddr.fromByteArray(bytes).toString();
}
