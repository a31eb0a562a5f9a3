import type { codes, Input, Reply } from '@referrals/contracts';
import { codeProblem, decideLookups, Refusal, type Lookup } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { ProgrammeVersion, Transaction } from '@referrals/persistence';
import type { Found } from './find-codes.js';
import { tellFirstLookUps } from './first-look-ups.js';
import { networksOf, openWindows, writeWindows } from './lookup-windows.js';

export type Validation = Input<typeof codes.validate>;
type Verdict = Reply<typeof codes.validate>;

/**
 * Says of each code whether somebody can sign up with it, or refuses a client that asks too often. A look-up fails when
 * it leads to no code at all.
 * @param found what the texts lead to, in order
 * @param secret keys the hashes of the clients' networks
 * @param boxes the clients' addresses, sealed; null where there is nothing to tell
 */
export async function validateCodes(
  tx: Transaction, requests: Validation[], found: Found[], secret: string, boxes: (string | null)[] = [],
): Promise<Outcome<Verdict>[]> {
  const lookups = requests.map(({ clientIp }, n) => lookupOf(clientIp, found[n]!, secret, tx.programme));
  const waits = await takeTurns(tx, lookups);
  await tellFirstLookUps(tx, lookups.flatMap((lookup, n) => {
    const [entry, sealed] = [found[n]!, boxes[n]];
    if (lookup instanceof Refusal || 'problem' in entry || !sealed || !lookup.networks[0] || (waits.get(lookup) ?? null) !== null) return [];
    return [{ codeId: entry.code.id, network: lookup.networks[0].network, sealed }];
  }));
  return lookups.map((lookup, n) => {
    if (lookup instanceof Refusal) return lookup;
    const retryAfterSeconds = waits.get(lookup) ?? null;
    return retryAfterSeconds === null ? verdict(found[n]!, tx.now, tx.programme) : new Refusal('rate_limited', { retryAfterSeconds });
  });
}

function lookupOf(clientIp: string | undefined, found: Found, secret: string, programme: ProgrammeVersion): Lookup | Refusal {
  try {
    return { networks: clientIp === undefined ? [] : networksOf(clientIp, secret, programme.lookups), failed: 'problem' in found };
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** @returns seconds to wait, of the look-ups that are one too many */
async function takeTurns(tx: Transaction, all: (Lookup | Refusal)[]): Promise<Map<Lookup, number | null>> {
  const lookups = all.filter((lookup): lookup is Lookup => !(lookup instanceof Refusal));
  if (!lookups.some((lookup) => lookup.failed || lookup.networks.length > 0)) return new Map();
  const limit = tx.programme.lookups.failedOverAll;
  const { now, recentFailures, windows } = await openWindows(tx, lookups.flatMap(({ networks }) => networks.map(({ network }) => network)), limit);
  const decisions = decideLookups(lookups, windows, { recent: recentFailures, limit }, now);
  const waits = new Map(lookups.map((lookup, n) => [lookup, decisions[n]!.retryAfterSeconds]));
  const admitted = lookups.filter((lookup) => waits.get(lookup) === null);
  const changed = new Set(admitted.flatMap(({ networks }) => networks.map(({ network }) => network)));
  const written = new Map([...windows].filter(([network]) => changed.has(network)));
  if (admitted.length > 0) await writeWindows(tx, written, admitted.filter(({ failed }) => failed).length, now);
  return waits;
}

function verdict(found: Found, now: Date, { families, bonuses }: ProgrammeVersion): Verdict {
  if ('problem' in found) return { valid: false, reason: found.problem };
  const { code, type, usesCount, referrerName } = found.code;
  const reason = codeProblem(found.code, usesCount, now);
  if (reason) return { valid: false, reason };
  const amount = families.stageBonuses ? bonuses.registered.referee : 0;
  return { valid: true, code, type, referrerName, ...(amount > 0 && { refereeBonus: { unit: 'credits', amount } }) };
}
