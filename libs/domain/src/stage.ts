import { summarise, type ActivityFact, type ActivityRules, type ActivitySummary } from './activity.js';
import { qualifyingPayment, settledPayments, type PaymentFact } from './payment.js';
import { compareText, DAY, earliest, HOUR, isBefore, shift } from './time.js';

export const STAGES = ['registered', 'activated', 'qualified', 'retained'] as const;
export type Stage = (typeof STAGES)[number];

export interface StageRules extends ActivityRules {
  trackableApps: readonly string[];
}

export interface AppUse {
  appId: string;
  at: Date;
}

export interface StageState {
  stage: Stage;
  activatedAt: Date | null;
  qualifiedAt: Date | null;
  qualifyingPaymentId: string | null;
  retainedAt: Date | null;
  /** First use of each trackable app, earliest first. */
  appUses: AppUse[];
  /** Those of them that were not the app of the sign-up: each one is a cross-app activation. */
  crossAppUses: AppUse[];
}

export interface ReferralFacts {
  registeredAt: Date;
  /** The app of the sign-up, null when the host named none. */
  appId: string | null;
  /** All payments known of the referee, in any order. */
  payments: readonly PaymentFact[];
  rules: StageRules;
  /** When the retention check last ran; absent: never, so nobody is retained. */
  retainedCheckNow?: Date | null;
}

/** The stage of a referral from the set of facts: the order of `activities` and `payments` does not matter. */
export function deriveStages(facts: ReferralFacts & { activities: Iterable<ActivityFact> }): StageState {
  return deriveStagesFromSummary({ ...facts, summary: summarise(facts.activities, facts.registeredAt, facts.rules) });
}

/** The same as `deriveStages`, from a summary kept instead of all activities. */
export function deriveStagesFromSummary(facts: ReferralFacts & { summary: ActivitySummary }): StageState {
  const { registeredAt, summary, rules } = facts;
  const payments = settledPayments(facts.payments, registeredAt);
  const qualifying = qualifyingPayment(payments, registeredAt);
  const qualifiedAt = qualifying?.occurredAt ?? null;
  const activatedAt = earliest([summary.firstUseAt, summary.firstTrialAt, payments[0]?.occurredAt]);
  const instants = [...summary.days.values()].flatMap((day) => [day.first, day.last]).concat(payments.map((p) => p.occurredAt));
  const retained = facts.retainedCheckNow ? retainedAt({ registeredAt, qualifiedAt, instants, now: facts.retainedCheckNow, rules }) : null;
  return {
    stage: retained ? 'retained' : qualifiedAt ? 'qualified' : activatedAt ? 'activated' : 'registered',
    activatedAt,
    qualifiedAt,
    qualifyingPaymentId: qualifying?.id ?? null,
    retainedAt: retained,
    ...appUses(summary.firstUseByApp, facts.appId, rules.trackableApps),
  };
}

/**
 * The earliest instant from the retention age on at which the referee was qualified and had any activity in the window before it
 * (open at its start, closed at its end); null when there is none up to `now`.
 * @param instants activity of any kind, logins and payments included
 */
export function retainedAt(facts: {
  registeredAt: Date;
  qualifiedAt: Date | null;
  instants: Iterable<Date>;
  now: Date;
  rules: ActivityRules;
}): Date | null {
  if (!facts.qualifiedAt) return null;
  const age = shift(facts.registeredAt, facts.rules.retentionAfterDays * DAY);
  const from = isBefore(age, facts.qualifiedAt) ? facts.qualifiedAt : age;
  const windowStart = from.getTime() - facts.rules.retentionActivityDays * DAY;
  let found: Date | null = null;
  for (const instant of facts.instants) {
    if (instant.getTime() <= windowStart) continue;
    found = earliest([found, isBefore(instant, from) ? from : instant]);
  }
  return found && !isBefore(facts.now, found) ? found : null;
}

/** Without an app of the sign-up the first app used, trackable or not, counts as it. */
function appUses(firstUseByApp: ReadonlyMap<string, Date>, signUpApp: string | null, trackable: readonly string[]) {
  const all = [...firstUseByApp].map(([appId, at]) => ({ appId, at }));
  all.sort((a, b) => a.at.getTime() - b.at.getTime() || compareText(a.appId, b.appId));
  const home = signUpApp ?? all[0]?.appId;
  const uses = all.filter((use) => trackable.includes(use.appId));
  return { appUses: uses, crossAppUses: uses.filter((use) => use.appId !== home) };
}

/** Whether a qualification came within the given hours of the registration (inclusive): the signal `instant_qualification`. */
export const isInstantQualification = (qualifiedAt: Date, registeredAt: Date, hours: number): boolean =>
  qualifiedAt.getTime() <= registeredAt.getTime() + hours * HOUR;

/** Whether the referee paid with no activity but logins since the registration: the signal `minimal_activity`. */
export const isMinimalActivity = (summary: Pick<ActivitySummary, 'firstActivityAt'>, paidAt: Date): boolean =>
  summary.firstActivityAt === null || isBefore(paidAt, summary.firstActivityAt);
