import type { Code, codes, Input } from '@referrals/contracts';
import { lookupKey, Refusal } from '@referrals/domain';
import { addAudit } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';
import { chosenTextProblem } from './chosen-text.js';
import { changesProblem } from './code-changes.js';
import { CODE_COLUMNS, codeOf, type CodeRow } from './code-row.js';

export type Creation = Input<typeof codes.create>;

/** A user's creations one after the other: the statement after this one counts exactly. */
const LOCK = 'select pg_advisory_xact_lock(common.lock_key($1, $2))';

/** Answers with the code made; without one, `waitSeconds` tells that the user's sliding hour is full, else the text is taken. */
const INSERT = `with
  clock as materialized (select date_trunc('milliseconds', common.now()) as now),
  earlier as (
    select c.created_at from code c, clock
    where $5 = 'custom' and c.type = 'custom' and c.user_id = $2
      and c.created_at > clock.now - interval '1 hour' and c.created_at <= clock.now
    order by c.created_at desc limit $11),
  full_hour as (select min(created_at) + interval '1 hour' as ends from earlier having count(*) >= $11),
  made as (
    insert into code (id, user_id, code, lookup_key, type, source_app_id, max_uses, daily_limit, expires_at, metadata, created_at)
    select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock.now from clock where not exists (select from full_hour)
    on conflict do nothing returning ${CODE_COLUMNS})
  select ceil(extract(epoch from full_hour.ends - clock.now))::int as "waitSeconds", made.*
  from clock left join full_hour on true left join made on true`;

/**
 * A code of a user's own choice, or an operator's campaign code for its owner. Only custom codes count against the
 * creations per hour, and only those that were made.
 */
export async function createCode(tx: Transaction, request: Creation, actor?: string): Promise<Code | Refusal> {
  const { creationsPerHour, reservedWords } = tx.programme.codes;
  const problem = chosenTextProblem(request.code, reservedWords);
  if (problem) return new Refusal(problem);
  const invalid = changesProblem(request, request.type, tx.programme);
  if (invalid) return invalid;
  await tx.rows(LOCK, ['code creations', request.userId]);
  const [row] = await tx.rows<{ waitSeconds: number | null } & (CodeRow | { id: null })>(INSERT, [
    uuidv7(), request.userId, request.code, lookupKey(request.code), request.type, request.sourceAppId ?? null, request.maxUses ?? null,
    request.dailyLimit ?? null, request.expiresAt ? new Date(request.expiresAt) : null, request.metadata ? JSON.stringify(request.metadata) : null,
    creationsPerHour,
  ]);
  if (row!.id !== null) {
    const code = codeOf(row as CodeRow);
    if (code.type === 'campaign') await addAudit(tx, { actor, action: 'campaign.created', subject: code.id, after: code });
    return code;
  }
  return row!.waitSeconds === null ? new Refusal('code_taken') : new Refusal('rate_limited', { retryAfterSeconds: Math.max(1, row!.waitSeconds) });
}
