import { events, type Input, type relationships, type Reply } from '@referrals/contracts';
import { isInFuture, Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';

type Request = Input<typeof relationships.updateUser>;
type User = Reply<typeof relationships.updateUser>;

const FIELDS = ['displayName', 'createdAt', 'isActive', 'isVerified', 'locale', 'stripeCustomerId', 'sealedEmail'] as const;
type Field = (typeof FIELDS)[number];
type Fields = Partial<Record<Field, { value: string | boolean | null; at: string }>>;

const WRITE = `insert into user_fact (user_id, fields, sequence, updated_at) values ($2, $3, $4, $5)
  on conflict (user_id) do update set fields = excluded.fields, sequence = excluded.sequence, updated_at = excluded.updated_at`;

/** What the host tells of a user: of each field the value with the latest `occurredAt` stays. */
export async function updateUser(tx: Transaction, request: Request): Promise<Outcome<User>> {
  const occurredAt = request.occurredAt ? new Date(request.occurredAt) : tx.now;
  if (isInFuture(occurredAt, tx.now, tx.programme.stages.futureToleranceMinutes)) return new Refusal('occurred_in_future');
  await tx.rows('select pg_advisory_xact_lock(common.lock_key($1, $2))', ['user facts', request.userId]);
  const [known] = await tx.rows<{ fields: Fields; sequence: number }>('select fields, sequence from user_fact where user_id = $1', [request.userId]);
  const fields = merged(known?.fields ?? {}, request, occurredAt);
  const sequence = (known?.sequence ?? 0) + 1;
  const user = {
    userId: request.userId,
    createdAt: textOf(fields, 'createdAt'),
    isActive: (fields.isActive?.value as boolean | undefined) ?? true,
    isVerified: (fields.isVerified?.value as boolean | undefined) ?? false,
    locale: textOf(fields, 'locale'),
  };
  tx.emit(events.userUpdated, {
    aggregateId: request.userId,
    sequence,
    occurredAt,
    data: {
      ...user, displayName: textOf(fields, 'displayName'), stripeCustomerId: textOf(fields, 'stripeCustomerId'),
      sealedEmail: textOf(fields, 'sealedEmail'), occurredAt: occurredAt.toISOString(),
    },
  });
  await tx.write(WRITE, [request.userId, JSON.stringify(fields), sequence, tx.now]);
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
