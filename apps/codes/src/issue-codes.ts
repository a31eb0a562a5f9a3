import { randomBytes } from 'node:crypto';
import type { Code } from '@referrals/contracts';
import { autoCode, lookupKey, Refusal } from '@referrals/domain';
import { newId, type Database, type Transaction } from '@referrals/persistence';
import { CODE_COLUMNS, codeOf, type CodeRow } from './code-row.js';

const LOAD = `select ${CODE_COLUMNS} from code where type = 'auto' and user_id = any($1::text[])`;

/** In the order of the users, so that two groups that meet wait for each other in one direction only. */
const INSERT = `insert into code (id, user_id, code, lookup_key, type, created_at)
  select id, "userId", code, "lookupKey", 'auto', $2
  from json_to_recordset($1::json) as t(id uuid, "userId" text, code text, "lookupKey" text)
  order by "userId" on conflict do nothing returning ${CODE_COLUMNS}`;

export type CodesByUser = Map<string, Code>;

const byUser = (rows: CodeRow[]): CodesByUser => new Map(rows.map((row) => [row.userId, codeOf(row)]));

/** The automatic codes that users have already. */
export const loadAutoCodes = async (from: Database | Transaction, userIds: string[]): Promise<CodesByUser> => byUser(await from.rows<CodeRow>(LOAD, [userIds]));

/**
 * The automatic code of each user, made where it is missing; `assigned` are the new ones. A code that is taken is drawn
 * again, as often as the programme allows; then that user's outcome is `code_space_exhausted`.
 * @param known what was read before the transaction
 */
export async function issueCodes(
  tx: Transaction,
  userIds: string[],
  known: CodesByUser = new Map(),
  draw: (length: number) => string = (length) => autoCode(randomBytes, length),
): Promise<{ outcomes: (Code | Refusal)[]; assigned: Code[] }> {
  const { autoLength, collisionRetries } = tx.programme.codes;
  const found = new Map(known);
  const assigned: Code[] = [];
  let missing = [...new Set(userIds)].filter((userId) => !found.has(userId));
  for (let attempt = 0; missing.length > 0 && attempt <= collisionRetries; attempt += 1) {
    const made = byUser(await tx.rows<CodeRow>(INSERT, [JSON.stringify(missing.map((userId) => candidate(userId, draw(autoLength)))), tx.now]));
    assigned.push(...made.values());
    for (const [userId, code] of made) found.set(userId, code);
    missing = missing.filter((userId) => !found.has(userId));
    if (missing.length === 0) break;
    // either another transaction was faster, or the code is somebody else's
    for (const [userId, code] of await loadAutoCodes(tx, missing)) found.set(userId, code);
    missing = missing.filter((userId) => !found.has(userId));
  }
  return { outcomes: userIds.map((userId) => found.get(userId) ?? new Refusal('code_space_exhausted', { retryAfterSeconds: 1 })), assigned };
}

const candidate = (userId: string, code: string) => ({ id: newId(), userId, code, lookupKey: lookupKey(code) });
