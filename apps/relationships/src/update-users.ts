import { events, type Input, type relationships, type Reply } from '@referrals/contracts';
import { isInFuture, Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';

type Request = Input<typeof relationships.updateUser>;
type User = Reply<typeof relationships.updateUser>;

const FIELDS = ['displayName', 'createdAt', 'isActive', 'isVerified', 'locale', 'stripeCustomerId', 'sealedEmail'] as const;
type Field = (typeof FIELDS)[number];
type Fields = Partial<Record<Field, { value: string | boolean | null; at: string }>>;

/** What is kept of a user; `sequence` counts what was told of them. */
interface Kept {
  user_id: string;
  fields: Fields;
  sequence: number;
}

/** In one order whoever asks, so that two lists never wait for each other in a circle. */
const LOCK = `select pg_advisory_xact_lock(key) from (
  select distinct common.lock_key('user facts', u) as key from unnest($1::text[]) u order by 1) keys`;
const LOAD = 'select user_id, fields, sequence from user_fact where user_id = any($1)';
const WRITE = `insert into user_fact (user_id, fields, sequence, updated_at)
  select user_id, fields, sequence, $3 from json_to_recordset($2::json) as t(user_id text, fields json, sequence int) order by user_id
  on conflict (user_id) do update set fields = excluded.fields, sequence = excluded.sequence, updated_at = excluded.updated_at`;

/** What the host tells of users: of each field the value with the latest `occurredAt` stays. */
export async function updateUsers(tx: Transaction, requests: Request[]): Promise<Outcome<User>[]> {
  const ids = [...new Set(requests.map(({ userId }) => userId))];
  await tx.rows(LOCK, [ids]);
  const kept = new Map((await tx.rows<Kept>(LOAD, [ids])).map((row) => [row.user_id, row]));
  const changed = new Set<Kept>();
  const outcomes = requests.map((request): Outcome<User> => {
    const occurredAt = request.occurredAt ? new Date(request.occurredAt) : tx.now;
    if (isInFuture(occurredAt, tx.now, tx.programme.stages.futureToleranceMinutes)) return new Refusal('occurred_in_future');
    const row = kept.get(request.userId) ?? { user_id: request.userId, fields: {}, sequence: 0 };
    kept.set(row.user_id, row);
    changed.add(row);
    row.fields = merged(row.fields, request, occurredAt);
    row.sequence += 1;
    return tell(tx, row, occurredAt);
  });
  if (changed.size > 0) await tx.write(WRITE, [JSON.stringify([...changed]), tx.now]);
  return outcomes;
}

function tell(tx: Transaction, { user_id: userId, fields, sequence }: Kept, occurredAt: Date): User {
  const user = {
    userId,
    createdAt: textOf(fields, 'createdAt'),
    isActive: (fields.isActive?.value as boolean | undefined) ?? true,
    isVerified: (fields.isVerified?.value as boolean | undefined) ?? false,
    locale: textOf(fields, 'locale'),
  };
  tx.emit(events.userUpdated, {
    aggregateId: userId,
    sequence,
    occurredAt,
    data: {
      ...user, displayName: textOf(fields, 'displayName'), stripeCustomerId: textOf(fields, 'stripeCustomerId'),
      sealedEmail: textOf(fields, 'sealedEmail'), occurredAt: occurredAt.toISOString(),
    },
  });
  return { ...user, updatedAt: tx.now.toISOString() };
}

function merged(fields: Fields, request: Request, occurredAt: Date): Fields {
  const result = { ...fields };
  for (const field of FIELDS) {
    const value = request[field];
    const before = result[field];
    if (value === undefined || (before && Date.parse(before.at) > occurredAt.getTime())) continue;
    result[field] = { value: field === 'createdAt' && value !== null ? new Date(value as string).toISOString() : value, at: occurredAt.toISOString() };
  }
  return result;
}

const textOf = (fields: Fields, field: Field): string | null => (fields[field]?.value as string | undefined) ?? null;
