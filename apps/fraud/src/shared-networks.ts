import type { fraud, Input, SharedNetwork } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';
import { AUDIT } from './audit.js';
import { applyMatcher } from './match-patterns.js';
import { SHARED_NETWORK_COLUMNS, sharedNetworkOf, type SharedNetworkRow } from './pattern-row.js';
import { networkText } from './pattern-value.js';
import type { SealedContexts } from './sealed-contexts.js';

const INSERT = `insert into shared_network (id, network, description, created_by, created_at) values ($1, $2, $3, $4, $5)
  on conflict (network) do nothing returning ${SHARED_NETWORK_COLUMNS}`;
const FIND = `select ${SHARED_NETWORK_COLUMNS} from shared_network where network = $1`;
const DELETE = `delete from shared_network where id = $1 returning ${SHARED_NETWORK_COLUMNS}`;

/** Marks a network as shared; doing it twice answers with the one that is there. What it silenced is scored again. */
export async function createSharedNetwork(
  tx: Transaction, request: Input<typeof fraud.createSharedNetwork>, contexts: SealedContexts, actor: string,
): Promise<Outcome<SharedNetwork>> {
  const network = networkText(request.network);
  if (network === null) return new Refusal('invalid_request', { errors: [{ path: 'network', message: 'not a network in CIDR notation' }] });
  const [made] = await tx.rows<SharedNetworkRow>(INSERT, [uuidv7(), network, request.description ?? null, actor, tx.now]);
  if (!made) return sharedNetworkOf((await tx.rows<SharedNetworkRow>(FIND, [network]))[0]!);
  await tx.rows(AUDIT, [uuidv7(), actor, 'shared_network.created', made.id, null, JSON.stringify(sharedNetworkOf(made)), tx.now]);
  await applyMatcher(tx, contexts, made.id, { before: null, after: { patternType: 'ip_range', patternValue: network } });
  return sharedNetworkOf(made);
}

export async function deleteSharedNetwork(tx: Transaction, id: string, contexts: SealedContexts, actor: string): Promise<Outcome<Record<string, never>>> {
  const [gone] = await tx.rows<SharedNetworkRow>(DELETE, [id]);
  if (!gone) return new Refusal('not_found');
  await tx.rows(AUDIT, [uuidv7(), actor, 'shared_network.deleted', id, JSON.stringify(sharedNetworkOf(gone)), null, tx.now]);
  await applyMatcher(tx, contexts, id, { before: { patternType: 'ip_range', patternValue: gone.network }, after: null });
  return {};
}
