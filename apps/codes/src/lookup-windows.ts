import { createHmac } from 'node:crypto';
import { clientNetworks, Refusal, withinMinute, type Lookup, type LookupWindow } from '@referrals/domain';
import type { ProgrammeVersion, Transaction } from '@referrals/persistence';

const OPEN = 'select now, recent_failures as "recentFailures", windows from open_lookup_windows($1::bytea[], $2)';

/** What is older goes with the next writes: each takes away more than it brings, and no more than a few, so that no look-up pays for all. */
const WRITE = `with
  gone as (delete from failed_lookup where ctid = any(array(
    select ctid from failed_lookup where at < $3::timestamptz - interval '2 minutes' limit 500))),
  idle as (delete from lookup_window where network = any(array(
    select network from lookup_window where seen_at < $3::timestamptz - interval '5 minutes' order by seen_at limit 20 + 2 * json_array_length($1::json) for update skip locked))),
  failed as (insert into failed_lookup (at) select $3 from generate_series(1, $2))
  insert into lookup_window (network, admitted, failed_at, seen_at)
  select decode(network, 'hex'), array(select json_array_elements_text(admitted)::timestamptz), "failedAt", $3
  from json_to_recordset($1::json) as t(network text, admitted json, "failedAt" timestamptz) order by network
  on conflict (network) do update set admitted = excluded.admitted, failed_at = excluded.failed_at, seen_at = excluded.seen_at`;

export type Windows = Map<string, LookupWindow>;

/**
 * The networks of a client under their keyed hashes, narrowest first; addresses themselves are kept nowhere.
 * @throws Refusal `invalid_request` for a text that is no address
 */
export function networksOf(clientIp: string, secret: string, limits: ProgrammeVersion['lookups']): Lookup['networks'] {
  const networks = clientNetworks(clientIp);
  if (!networks) throw new Refusal('invalid_request', { errors: [{ path: 'clientIp', message: 'not an IP address' }] });
  const { client, slash56, slash48 } = networks;
  const hash = (text: string) => createHmac('sha256', secret).update(text).digest('hex').slice(0, 32);
  return [
    { network: hash(client), limit: limits.perAddress },
    ...(slash56 === null ? [] : [{ network: hash(slash56), limit: limits.perIpv6Slash56 }]),
    ...(slash48 === null ? [] : [{ network: hash(slash48), limit: limits.perIpv6Slash48 }]),
  ];
}

/** The windows of these networks as the last transaction left them, and locked until this one ends. */
export async function openWindows(tx: Transaction, networks: string[], failures: number) {
  const buffers = [...new Set(networks)].map((network) => Buffer.from(network, 'hex'));
  const [row] = await tx.rows<{ now: Date; recentFailures: number; windows: StoredWindow[] | null }>(OPEN, [buffers, failures]);
  const windows: Windows = new Map((row!.windows ?? []).map(({ network, admitted, failedAt }) => [
    network, { admitted: admitted.map((time) => new Date(time)), failedAt: failedAt === null ? null : new Date(failedAt) },
  ]));
  return { now: row!.now, recentFailures: row!.recentFailures, windows };
}

interface StoredWindow {
  network: string;
  admitted: string[];
  failedAt: string | null;
}

export async function writeWindows(tx: Transaction, windows: Windows, failures: number, now: Date): Promise<void> {
  const rows = [...windows].map(([network, { admitted, failedAt }]) => ({ network, admitted: withinMinute(admitted, now), failedAt }));
  await tx.rows(WRITE, [JSON.stringify(rows), failures, now]);
}
