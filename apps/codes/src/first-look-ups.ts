import { events } from '@referrals/contracts';
import type { Sealable, SealingKeys } from '@referrals/messaging';
import { Refusal } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import type { Found } from './find-codes.js';
import type { Validation } from './validate-codes.js';

/** A code was looked up by somebody whose address is known. */
export interface LookUp {
  codeId: string;
  /** the client's network under its keyed hash */
  network: string;
  /** the address, in a box that only fraud opens */
  sealed: string;
}

const ENTER = `insert into first_look_up (code_id, network, at)
  select distinct on (1, 2) "codeId", decode(network, 'hex'), $2 from json_to_recordset($1::json) as t("codeId" uuid, network text) order by 1, 2
  on conflict do nothing returning code_id as "codeId", encode(network, 'hex') as network`;

/** Tells of each code and network once that it was looked up, and when. */
export async function tellFirstLookUps(tx: Transaction, lookUps: LookUp[]): Promise<void> {
  if (lookUps.length === 0) return;
  const entered = await tx.rows<{ codeId: string; network: string }>(ENTER, [JSON.stringify(lookUps), tx.now]);
  for (const { codeId, network } of entered) {
    const { sealed } = lookUps.find((lookUp) => lookUp.codeId === codeId && lookUp.network === network)!;
    tx.emit(events.codeLookedUp, {
      aggregateId: codeId, sequence: 1, occurredAt: tx.now, data: { codeId, lookedUpAt: tx.now.toISOString(), context: { sealed } },
    });
  }
}

/** The clients' addresses in boxes, where there is a code to remember them for; a look-up never fails for want of a key. */
export function sealClients(sealing: SealingKeys, requests: Validation[], found: Found[]): Promise<(string | null)[]> {
  return Promise.all(requests.map(async ({ clientIp }, n): Promise<string | null> => {
    if (clientIp === undefined || 'problem' in found[n]!) return null;
    try {
      const { context } = await sealing.seal<Sealable>({ context: { ip: clientIp } });
      return context && 'sealed' in context ? context.sealed : null;
    } catch (error) {
      if (error instanceof Refusal) return null;
      throw error;
    }
  }));
}
