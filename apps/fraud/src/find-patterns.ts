import type { fraud, Input, Reply } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { decodeCursor, page, type Database } from '@referrals/persistence';
import { matchingSignUps } from './match-patterns.js';
import { PATTERN_COLUMNS, patternOf, SHARED_NETWORK_COLUMNS, sharedNetworkOf, type PatternRow, type SharedNetworkRow } from './pattern-row.js';
import { patternValue } from './pattern-value.js';
import type { SealedContexts } from './sealed-contexts.js';

const list = (columns: string, table: 'pattern' | 'shared_network'): string =>
  `select ${columns} from ${table} where $1::uuid is null or id < $1 order by id desc limit $2`;
const PATTERNS = list(PATTERN_COLUMNS, 'pattern');
const NETWORKS = list(SHARED_NETWORK_COLUMNS, 'shared_network');

export async function listPatterns(db: Database, { limit, cursor }: Input<typeof fraud.listPatterns>): Promise<Reply<typeof fraud.listPatterns>> {
  const rows = await db.rows<PatternRow>(PATTERNS, [decodeCursor(cursor, ['id'])?.[0] ?? null, limit + 1]);
  const { data, nextCursor } = page(rows, limit, ({ id }) => [id]);
  return { data: data.map(patternOf), nextCursor };
}

export async function listSharedNetworks(
  db: Database, { limit, cursor }: Input<typeof fraud.listSharedNetworks>,
): Promise<Reply<typeof fraud.listSharedNetworks>> {
  const rows = await db.rows<SharedNetworkRow>(NETWORKS, [decodeCursor(cursor, ['id'])?.[0] ?? null, limit + 1]);
  const { data, nextCursor } = page(rows, limit, ({ id }) => [id]);
  return { data: data.map(sharedNetworkOf), nextCursor };
}

/** Sign-ups that a dry run looks at. */
const EXAMINED = 5_000;
const SHOWN = 100;

/** @throws Refusal `invalid_request` for a pattern that would be refused */
export async function dryRunPattern(
  db: Database, contexts: SealedContexts, { patternType, patternValue: text }: Input<typeof fraud.dryRunPattern>,
): Promise<Reply<typeof fraud.dryRunPattern>> {
  const value = patternValue(patternType, text);
  if (value instanceof Refusal) throw value;
  const { examined, referralIds } = await matchingSignUps(db, contexts, { patternType, patternValue: value }, EXAMINED);
  return { examined, matched: referralIds.length, referralIds: referralIds.slice(0, SHOWN) };
}
