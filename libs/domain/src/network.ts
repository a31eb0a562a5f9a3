/**
 * The networks that a client's address stands for. `client` is the address itself, or its /64 with IPv6, where a
 * customer has at least that much; `slash56` and `slash48` are null with IPv4.
 */
export interface ClientNetworks {
  client: string;
  slash56: string | null;
  slash48: string | null;
}

/** @returns the 4 or 16 bytes of an IPv4 or IPv6 address; null when the text is neither. IPv4 inside IPv6 (`::ffff:192.0.2.1`) is that IPv4 */
export function addressBytes(address: string): number[] | null {
  const v4 = ipv4Bytes(address);
  if (v4) return v4;
  const v6 = ipv6Bytes(address);
  const isMapped = v6?.slice(0, 10).every((byte) => byte === 0) && v6[10] === 255 && v6[11] === 255;
  return v6 && isMapped ? v6.slice(12) : v6;
}

/** The networks of an address; null when the text is none. */
export function clientNetworks(address: string): ClientNetworks | null {
  const bytes = addressBytes(address);
  if (!bytes) return null;
  if (bytes.length === 4) return { client: `4:${bytes.join('.')}`, slash56: null, slash48: null };
  const prefix = (length: number) => `6:${bytes.slice(0, length).join('.')}`;
  return { client: prefix(8), slash56: prefix(7), slash48: prefix(6) };
}

function ipv4Bytes(text: string): number[] | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

function ipv6Bytes(text: string): number[] | null {
  const halves = withoutDottedTail(text.replace(/%[\w.-]+$/, ''))?.split('::');
  if (!halves || halves.length > 2) return null;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - (head?.length ?? 0) - (tail?.length ?? 0);
  if (tail ? missing < 1 : missing !== 0) return null;
  const groups = [...head!, ...Array<string>(tail ? missing : 0).fill('0'), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
}

/** `::ffff:192.0.2.1` is `::ffff:c000:201`. */
function withoutDottedTail(text: string): string | null {
  const at = text.lastIndexOf(':') + 1;
  if (at === 0) return null;
  if (!text.includes('.')) return text;
  const bytes = ipv4Bytes(text.slice(at));
  if (!bytes) return null;
  const [a, b, c, d] = bytes as [number, number, number, number];
  return `${text.slice(0, at)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}
