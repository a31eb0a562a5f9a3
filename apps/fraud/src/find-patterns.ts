import type { fraud, Input, Reply } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { decodeCursor, listing, page, type Database } from '@referrals/persistence';
import { matchingSignUps } from './match-patterns.js';
import { PATTERN_COLUMNS, patternOf, SHARED_NETWORK_COLUMNS, sharedNetworkOf, type PatternRow, type SharedNetworkRow } from './pattern-row.js';
import { patternValue } from './pattern-value.js';
import type { SealedContexts } from './sealed-contexts.js';

function newest<Row>(db: Database, select: string, limit: number, cursor: string | undefined): Promise<Row[]> {
  const before = decodeCursor(cursor, ['id']);
  return db.rows<Row>(...listing(select, [before !== null && ['id < ?::uuid', ...before]], 'id desc', limit + 1));
}

export async function listPatterns(db: Database, { limit, cursor }: Input<typeof fraud.listPatterns>): Promise<Reply<typeof fraud.listPatterns>> {
  const rows = await newest<PatternRow>(db, `select ${PATTERN_COLUMNS} from pattern`, limit, cursor);
  const { data, nextCursor } = page(rows, limit, ({ id }) => [id]);
  return { data: data.map(patternOf), nextCursor };
}

export async function listSharedNetworks(
  db: Database, { limit, cursor }: Input<typeof fraud.listSharedNetworks>,
): Promise<Reply<typeof fraud.listSharedNetworks>> {
  const rows = await newest<SharedNetworkRow>(db, `select ${SHARED_NETWORK_COLUMNS} from shared_network`, limit, cursor);
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
