import { events, type Input, type relationships, type Reply } from '@referrals/contracts';
import { addActivity, isInFuture, Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import { RaceLost, type Transaction } from '@referrals/persistence';
import { advanceStages, progressOf, type Progress } from './advance-stages.js';
import { paymentFact } from './referral-row.js';
import { insertActivities, prepareActivities, type ActivityRow, type PreparedActivities } from './record-activity.queries.js';

export type Activity = Input<typeof relationships.recordActivity>;
export type ActivityReply = Reply<typeof relationships.recordActivity>;

/** Keeps what users did, and brings the referrals that it concerns to their stages. */
export async function recordActivity(tx: Transaction, requests: Activity[]): Promise<Outcome<ActivityReply>[]> {
  const prepared = await prepareActivities(tx, requests);
  const known = new Map(prepared.activities.map((row) => [row.id, row]));
  const fresh: ActivityRow[] = [];
  const outcomes = requests.map((request): Outcome<ActivityReply> => {
    if (request.occurredAt && isInFuture(new Date(request.occurredAt), tx.now, tx.programme.stages.futureToleranceMinutes)) {
      return new Refusal('occurred_in_future');
    }
    const before = known.get(request.id);
    if (before) return isSame(before, request) ? { outcome: 'duplicate' } : new Refusal('id_conflict');
    const row = rowOf(tx, request);
    known.set(row.id, row);
    fresh.push(row);
    if (request.context && 'sealed' in request.context) {
      const data = { userId: row.user_id, occurredAt: row.occurred_at, context: request.context };
      tx.emit(events.activityObserved, { aggregateId: row.user_id, sequence: 1, occurredAt: new Date(row.occurred_at), data });
    }
    if (row.kind === 'trial_started') {
      const data = { userId: row.user_id, appId: row.app_id, periodDays: row.period_days, occurredAt: row.occurred_at };
      tx.emit(events.trialStarted, { aggregateId: row.id, sequence: 1, occurredAt: new Date(row.occurred_at), data });
    }
    return { outcome: 'accepted' };
  });
  if (fresh.length > 0) {
    if ((await insertActivities(tx, fresh)) !== fresh.length) throw new RaceLost('the same activity came twice at once');
    await advanceStages(tx, progressWith(tx, prepared, fresh));
  }
  return outcomes;
}

const rowOf = (tx: Transaction, request: Activity): ActivityRow => ({
  id: request.id,
  user_id: request.userId,
  kind: request.kind,
  app_id: request.appId ?? null,
  period_days: request.periodDays ?? null,
  occurred_at: (request.occurredAt ? new Date(request.occurredAt) : tx.now).toISOString(),
});

/** A repetition without a time of its own repeats the time of its first arrival. */
const isSame = (row: ActivityRow, request: Activity): boolean =>
  row.user_id === request.userId &&
  row.kind === request.kind &&
  row.app_id === (request.appId ?? null) &&
  row.period_days === (request.periodDays ?? null) &&
  (request.occurredAt === undefined || Date.parse(row.occurred_at) === Date.parse(request.occurredAt));

function progressWith(tx: Transaction, { referrals, payments }: PreparedActivities, fresh: ActivityRow[]): Progress[] {
  return referrals.map((row) => {
    const progress = progressOf(row, payments.filter((payment) => payment.user_id === row.referee_id).map(paymentFact));
    for (const activity of fresh) {
      if (activity.user_id !== row.referee_id) continue;
      const fact = { kind: activity.kind, appId: activity.app_id, occurredAt: new Date(activity.occurred_at) };
      addActivity(progress.summary, fact, new Date(row.registered_at), tx.programme.stages);
    }
    return progress;
  });
}
