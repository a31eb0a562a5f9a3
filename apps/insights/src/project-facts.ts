import type { Transaction } from '@referrals/persistence';
import type { Facts, Payment, Received } from './facts.js';
import { shortName } from '@referrals/domain';

/** Keeps the facts and changes the sums by what they change: one statement for a group of events. */
export async function projectFacts(tx: Transaction, facts: Facts): Promise<void> {
  await tx.rows('select insights.project($1::jsonb)', [JSON.stringify(facts)]);
}

const KEEP_PAYMENTS = `insert into payment (id, user_id, kind, amount, currency, occurred_at)
  select distinct on ("paymentId") "paymentId", "userId", kind, amount, currency, "occurredAt"
  from json_to_recordset($1::json) as t("paymentId" text, "userId" text, kind text, amount bigint, currency text, "occurredAt" timestamptz)
  order by "paymentId" on conflict (id) do nothing`;

const KEEP_COURSES = 'select insights.keep_courses(array(select id from referral where referee_id = any($1)))';

/** A payment is part of its payer's course: whoever comes with it waits for those who project. */
export async function keepPayments(tx: Transaction, payments: Payment[]): Promise<void> {
  await tx.rows(`select pg_advisory_xact_lock(common.lock_key('insights', 'project'))`);
  await tx.rows(KEEP_PAYMENTS, [JSON.stringify(payments)]);
  await tx.rows(KEEP_COURSES, [payments.map(({ userId }) => userId)]);
}

/** A row with no name stays, so that an event that comes late cannot bring an old name back. */
const KEEP_NAMES = `insert into person (user_id, short_name, sequence)
  select distinct on ("userId") "userId", "shortName", sequence
  from json_to_recordset($1::json) as t("userId" text, "shortName" text, sequence bigint) order by "userId", sequence desc
  on conflict (user_id) do update set short_name = excluded.short_name, sequence = excluded.sequence where person.sequence < excluded.sequence`;

/** Of a name no more is kept than strangers may see. */
export async function keepNames(tx: Transaction, received: Received<'userUpdated'>[]): Promise<void> {
  const names = received.map(({ data, sequence }) => ({ userId: data.userId, shortName: shortName(data.displayName), sequence }));
  await tx.rows(KEEP_NAMES, [JSON.stringify(names)]);
}
