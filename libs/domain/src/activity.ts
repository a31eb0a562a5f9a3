import { DAY, earliest, isBefore, MINUTE, shift } from './time.js';

export type ActivityKind = 'login' | 'credit_used' | 'app_used' | 'trial_started';

/** `appId` null: the host named no app. */
export interface ActivityFact {
  kind: ActivityKind;
  appId: string | null;
  occurredAt: Date;
}

export interface ActivityRules {
  activationDelayMinutes: number;
  retentionAfterDays: number;
  retentionActivityDays: number;
}

/** Whether a payment or activity counts for a referral; earlier ones are kept and never count. */
export const belongsTo = (occurredAt: Date, registeredAt: Date): boolean => !isBefore(occurredAt, registeredAt);

/**
 * All that stages need to know of a referee's activity, exact for late, double and out-of-order events: adding is
 * commutative and idempotent, and a year of activity is at most two instants a day. It holds for one `registeredAt` and one
 * set of rules: what arrives before the referral must be kept whole, because the referral may be dated back.
 *
 * Two instants a day are enough for retention while its window is a day or longer: when the window opens or closes
 * within a day, that day's last or first activity decides, and on a day wholly inside, any one does.
 */
export interface ActivitySummary {
  /** First `credit_used` or `app_used` at least the activation delay after registration. */
  firstUseAt: Date | null;
  firstTrialAt: Date | null;
  /** First activity of any kind but login. */
  firstActivityAt: Date | null;
  /** First use (any activity but login) of each app. */
  firstUseByApp: Map<string, Date>;
  /** First and last activity by UTC day (days since 1970), from the first instant that can matter for retention. */
  days: Map<number, { first: Date; last: Date }>;
}

export const emptySummary = (): ActivitySummary => ({
  firstUseAt: null,
  firstTrialAt: null,
  firstActivityAt: null,
  firstUseByApp: new Map(),
  days: new Map(),
});

/** Adds one activity to the summary, in place. */
export function addActivity(summary: ActivitySummary, activity: ActivityFact, registeredAt: Date, rules: ActivityRules): void {
  const at = activity.occurredAt;
  if (!belongsTo(at, registeredAt)) return;
  if (at.getTime() > registeredAt.getTime() + (rules.retentionAfterDays - rules.retentionActivityDays) * DAY) addDay(summary.days, at);
  if (activity.kind === 'login') return;
  summary.firstActivityAt = earliest([summary.firstActivityAt, at]);
  if (activity.kind === 'trial_started') summary.firstTrialAt = earliest([summary.firstTrialAt, at]);
  else if (activates(at, registeredAt, rules)) summary.firstUseAt = earliest([summary.firstUseAt, at]);
  if (activity.appId === null) return;
  const known = summary.firstUseByApp.get(activity.appId);
  if (!known || isBefore(at, known)) summary.firstUseByApp.set(activity.appId, at);
}

export function summarise(activities: Iterable<ActivityFact>, registeredAt: Date, rules: ActivityRules): ActivitySummary {
  const summary = emptySummary();
  for (const activity of activities) addActivity(summary, activity, registeredAt, rules);
  return summary;
}

/** Uses in the first minutes are part of signing up. */
const activates = (at: Date, registeredAt: Date, rules: ActivityRules): boolean =>
  !isBefore(at, shift(registeredAt, rules.activationDelayMinutes * MINUTE));

function addDay(days: ActivitySummary['days'], at: Date): void {
  const day = Math.floor(at.getTime() / DAY);
  const known = days.get(day);
  if (!known) days.set(day, { first: at, last: at });
  else if (isBefore(at, known.first)) known.first = at;
  else if (isBefore(known.last, at)) known.last = at;
}
