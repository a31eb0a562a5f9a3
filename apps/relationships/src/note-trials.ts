import { events, type EventData } from '@referrals/contracts';
import { DAY } from '@referrals/domain';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { recordActivity } from './record-activity.js';

type Reported = ReceivedEvent<EventData<typeof events.subscriptionUpdated>>;

/** A subscription that is on trial is a trial that began: an activity of the user, by the id of the event that tells it. */
export async function noteTrials(tx: Transaction, reported: Reported[]): Promise<void> {
  const trials = reported.filter(({ data }) => data.status === 'trialing');
  if (trials.length === 0) return;
  await recordActivity(tx, trials.map(({ id, data: { userId, startedAt, expiresAt, occurredAt } }) => {
    const days = expiresAt ? Math.round((Date.parse(expiresAt) - Date.parse(startedAt)) / DAY) : 0;
    return { id: `subscription.updated:${id}`, userId, kind: 'trial_started' as const, occurredAt, ...(days > 0 && { periodDays: days }) };
  }));
}
