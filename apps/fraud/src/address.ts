import { addressBytes } from '@referrals/domain';
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
  const bytes = addressBytes(text.trim());
  if (!bytes) return null;
  const address = spelled(bytes);
  if (bytes.length === 4) return [{ kind: 'ip4', value: address, address }];
  return NETWORKS.map(([kind, bits]) => ({ kind, value: `${spelled(bytes.map((byte, index) => (index < bits / 8 ? byte : 0)))}/${bits}`, address }));
}

const spelled = (bytes: number[]): string => ipaddr.fromByteArray(bytes).toString();
