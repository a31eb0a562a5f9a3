import { events, type access, type Input, type Reply } from '@referrals/contracts';
import { isInFuture, Refusal, type SubscriptionStatus } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { grantDays } from './grant-days.js';

type Request = Input<typeof access.setSubscription>;
type Stored = Reply<typeof access.setSubscription>;

/** A report about a subscription, from the host or from the payment provider. */
export interface SubscriptionReport {
  userId: string;
  /** The provider's id of the subscription; empty for the host's own. */
  source: string;
  plan: string | null;
  status: SubscriptionStatus;
  startedAt: Date;
  expiresAt: Date | null;
  occurredAt: Date;
  /** It came without a time of its own: of two for the same instant the later arrival counts. */
  isByArrival: boolean;
}

/** Ties fall by what the reports say, so that the order in which they arrive does not matter. */
const WRITE = `with
  reported as (insert into subscription_report (user_id, source, occurred_at, status, plan) values ($1, $2, $3, $4, $5) on conflict do nothing returning 1),
  stored as (
    insert into subscription (user_id, source, plan, status, started_at, expires_at, occurred_at) values ($1, $2, $5, $4, $6, $7, $3)
    on conflict (user_id, source) do update set plan = excluded.plan, status = excluded.status, started_at = excluded.started_at,
      expires_at = excluded.expires_at, occurred_at = excluded.occurred_at
    where case when $8::boolean then excluded.occurred_at >= subscription.occurred_at else
      (excluded.occurred_at, subscription_rank(excluded.status), coalesce(excluded.expires_at, 'infinity'), coalesce(excluded.plan, ''))
      >= (subscription.occurred_at, subscription_rank(subscription.status), coalesce(subscription.expires_at, 'infinity'), coalesce(subscription.plan, '')) end)
  select exists (select from reported) as "isNew", (select count(*) from subscription_report where user_id = $1) as told`;

/** Stores a report: the latest stays. One that is new is told; a paid plan that became active may be a referee's first paid transition. */
export async function reportSubscription(tx: Transaction, report: SubscriptionReport): Promise<void> {
  const { userId, source, plan, status, startedAt, expiresAt, occurredAt, isByArrival } = report;
  await tx.rows('select pg_advisory_xact_lock(common.lock_key($1, $2))', ['subscription', userId]);
  const [row] = await tx.rows<{ isNew: boolean; told: number }>(
    WRITE, [userId, source, occurredAt, status, plan, startedAt, expiresAt, isByArrival]);
  if (!row!.isNew) return;
  tx.emit(events.subscriptionUpdated, {
    aggregateId: userId, sequence: row!.told + 1, occurredAt,
    data: {
      userId, plan, status, startedAt: startedAt.toISOString(), expiresAt: expiresAt?.toISOString() ?? null, occurredAt: occurredAt.toISOString(),
    },
  });
  if (status === 'active') await grantDays(tx, [userId]);
}

const STORED = `select plan, status, started_at as "startedAt", expires_at as "expiresAt", occurred_at as "occurredAt"
  from subscription where user_id = $1 and source = ''`;

/** What the host tells of a subscription itself. @returns what is stored after it */
export async function setSubscription(tx: Transaction, request: Request): Promise<Outcome<Stored>> {
  const { userId, plan, status, startedAt, expiresAt } = request;
  const occurredAt = request.occurredAt ? new Date(request.occurredAt) : tx.now;
  if (isInFuture(occurredAt, tx.now, tx.programme.stages.futureToleranceMinutes)) return new Refusal('occurred_in_future');
  await reportSubscription(tx, {
    userId, source: '', plan, status, startedAt: new Date(startedAt), expiresAt: expiresAt ? new Date(expiresAt) : null, occurredAt,
    isByArrival: request.occurredAt === undefined,
  });
  const [row] = await tx.rows<{ plan: string; status: SubscriptionStatus; startedAt: Date; expiresAt: Date | null; occurredAt: Date }>(STORED, [userId]);
  const stored = row!;
  return {
    userId, plan: stored.plan, status: stored.status, startedAt: stored.startedAt.toISOString(),
    expiresAt: stored.expiresAt?.toISOString() ?? null, occurredAt: stored.occurredAt.toISOString(),
  };
}
