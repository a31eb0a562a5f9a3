import ipaddr from 'ipaddr.js';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AddressType } from '@referrals/domain';

/** Says what kind of network an address belongs to. Another source, such as a host's own service, takes the place of the shipped one. */
export interface NetworkTypes {
  /** @param address as `parseAddress` writes it; null when nothing is known of it */
  typeOf(address: string): AddressType | null;
}

const FOLDER = join('apps', 'fraud', 'data');

/** The lists of networks beside the sources, see `apps/fraud/data/README.md`; read once, at the first question. */
export class ShippedNetworkTypes implements NetworkTypes {
  private sets: [AddressType, Map<number, Set<string>>][] | undefined;

  typeOf(address: string): AddressType | null {
    this.sets ??= (['vpn', 'datacenter'] as const).map((type) => [type, readNetworks(type)]);
    const bytes = ipaddr.parse(address).toByteArray();
    return this.sets.find(([, networks]) => contains(networks, bytes))?.[0] ?? null;
  }
}

/** Networks by prefix length, each as the bytes of its address; addresses of both families never collide, their lengths differ. */
function readNetworks(type: AddressType): Map<number, Set<string>> {
  const networks = new Map<number, Set<string>>();
  for (const family of ['ipv4', 'ipv6']) {
    for (const line of readFileSync(join(dataFolder(), `${type}-${family}.txt`), 'utf8').split('\n')) {
      if (line === '') continue;
      const [address, bits] = family === 'ipv4' ? fourBytes(line) : sixteenBytes(line);
      const key = address.length === 4 ? bits : 128 + bits;
      const known = networks.get(key) ?? new Set();
      known.add(prefix(address, bits));
      networks.set(key, known);
    }
  }
  return networks;
}

/** By hand: the library takes a second for all of them, and nobody else is served meanwhile. */
function fourBytes(line: string): [number[], number] {
  const [address, bits] = line.split('/');
  return [address!.split('.').map(Number), Number(bits)];
}

function sixteenBytes(line: string): [number[], number] {
  const [address, bits] = ipaddr.IPv6.parseCIDR(line);
  return [address.toByteArray(), bits];
}

function contains(networks: Map<number, Set<string>>, bytes: number[]): boolean {
  for (const [key, prefixes] of networks) {
    const bits = bytes.length === 4 ? key : key - 128;
    if (bits >= 0 && bits <= bytes.length * 8 && prefixes.has(prefix(bytes, bits))) return true;
  }
  return false;
}

function prefix(bytes: number[], bits: number): string {
  const kept = bytes.slice(0, Math.ceil(bits / 8));
  if (bits % 8 > 0) kept[kept.length - 1]! &= 256 - 2 ** (8 - (bits % 8));
  return String.fromCharCode(...kept);
}

/** The sources run compiled from another folder than they are written in. */
function dataFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, FOLDER))) return join(folder, FOLDER);
    if (folder === dirname(folder)) throw new Error(`${FOLDER} is missing`);
  }
}
