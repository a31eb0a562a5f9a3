import { events } from '@referrals/contracts';
import { addActivity, deriveStagesFromSummary, type ActivitySummary, type PaymentFact, type StageState } from '@referrals/domain';
import { failpoint, type Transaction } from '@referrals/persistence';
import { loadHistory, writeProgress } from './advance-stages.queries.js';
import { factsOf, instantOf, paymentFact, summaryOf, type ReferralRow } from './referral-row.js';

/** A referral with all that its stages follow from. */
export interface Progress {
  row: ReferralRow;
  summary: ActivitySummary;
  payments: PaymentFact[];
}

export const progressOf = (row: ReferralRow, payments: PaymentFact[]): Progress => ({ row, summary: summaryOf(row), payments });

/**
 * Brings referrals to the stages that the facts justify, and tells what was reached for the first time. A fact that
 * comes late moves a stage's time back, and tells nothing again.
 * @returns the rows as they are now
 */
export async function advanceStages(tx: Transaction, list: Progress[]): Promise<ReferralRow[]> {
  const moved = list.map((progress) => ({ before: progress.row, after: advanced(tx, progress) })).filter(({ before, after }) => !isSame(before, after));
  for (const { before, after } of moved) after.sequence = tellReached(tx, before, after);
  if (moved.length > 0) await writeProgress(tx, moved.map(({ after }) => after));
  failpoint('relationships-after-advance');
  const changed = new Map(moved.map(({ after }) => [after.id, after]));
  return list.map(({ row }) => changed.get(row.id) ?? row);
}

/** For referees whose activity or payments came before their referral did. */
export async function advanceFromHistory(tx: Transaction, refereeIds: string[]): Promise<ReferralRow[]> {
  const { stages } = tx.programme;
  const list = (await loadHistory(tx, refereeIds)).map(({ row, activities, payments }): Progress => {
    const progress = progressOf(row, payments.map(paymentFact));
    for (const { kind, app_id, occurred_at } of activities) {
      addActivity(progress.summary, { kind, appId: app_id, occurredAt: new Date(occurred_at) }, new Date(row.registered_at), stages);
    }
    return progress;
  });
  return advanceStages(tx, list);
}

function advanced(tx: Transaction, { row, summary, payments }: Progress): ReferralRow {
  const state = deriveStagesFromSummary({
    registeredAt: new Date(row.registered_at), appId: row.source_app_id, payments, summary, rules: tx.programme.stages,
  });
  const told = [...row.told_apps, ...newApps(row, state)];
  return {
    ...row,
    ...stageColumns(row, state, payments),
    first_use_at: text(summary.firstUseAt),
    first_trial_at: text(summary.firstTrialAt),
    first_activity_at: text(summary.firstActivityAt),
    first_use_by_app: Object.fromEntries([...summary.firstUseByApp].map(([appId, at]) => [appId, at.toISOString()] as const).sort()),
    told_apps: told,
  };
}

/** Retention is found by its own check, and ends with the qualification that it rests on: the next one has to be retained anew. */
function stageColumns(row: ReferralRow, state: StageState, payments: PaymentFact[]) {
  const isRetained = row.retained_at !== null && state.qualifiedAt !== null && !isToldRevoked(row, payments);
  const settled = payments.map((payment) => payment.occurredAt).filter((at) => at.getTime() >= Date.parse(row.registered_at));
  return {
    stage: isRetained ? ('retained' as const) : state.stage,
    activated_at: text(state.activatedAt),
    qualified_at: text(state.qualifiedAt),
    qualifying_payment_id: state.qualifyingPaymentId,
    told_payment_id: toldPayment(row, state, payments),
    retained_at: isRetained ? row.retained_at : null,
    converted_at: settled.length > 0 ? new Date(Math.min(...settled.map((at) => at.getTime()))).toISOString() : null,
  };
}

const isToldRevoked = (row: ReferralRow, payments: PaymentFact[]): boolean =>
  payments.some((payment) => payment.id === row.told_payment_id && payment.revoked === true);

/** One payment stands for the qualification as long as it is not revoked, also when an earlier one comes late: so the bonus is paid once. */
function toldPayment(row: ReferralRow, state: StageState, payments: PaymentFact[]): string | null {
  const isStanding = state.qualifyingPaymentId !== null && row.told_payment_id !== null && !isToldRevoked(row, payments);
  return isStanding ? row.told_payment_id : state.qualifyingPaymentId;
}

/**
 * Cross-app uses not told yet. Without an app of the sign-up, a late event can make another app the first one; as many
 * are told as there are in the end, whichever came first.
 */
function newApps(row: ReferralRow, state: StageState): string[] {
  const untold = state.crossAppUses.filter(({ appId }) => !row.told_apps.includes(appId)).map(({ appId }) => appId);
  return untold.slice(0, Math.max(0, state.crossAppUses.length - row.told_apps.length));
}

/** @returns the sequence of the last event: each takes the next, in the order in which the stages follow each other */
function tellReached(tx: Transaction, before: ReferralRow, after: ReferralRow): number {
  const facts = factsOf(after);
  let { sequence } = before;
  const next = () => ({ aggregateId: after.id, sequence: (sequence += 1) });
  const reached = (column: 'activated_at'): Date | null => (before[column] === null ? instantOf(after[column]) : null);
  const activatedAt = reached('activated_at');
  if (activatedAt) tx.emit(events.referralActivated, { ...next(), occurredAt: activatedAt, data: { ...facts, activatedAt: after.activated_at! } });
  if (before.told_payment_id !== null && before.told_payment_id !== after.told_payment_id) {
    const data = { ...facts, paymentId: before.told_payment_id, revokedAt: tx.now.toISOString() };
    tx.emit(events.referralRevoked, { ...next(), occurredAt: tx.now, data });
  }
  if (after.told_payment_id !== null && before.told_payment_id !== after.told_payment_id) {
    const data = { ...facts, qualifiedAt: after.qualified_at!, paymentId: after.told_payment_id, firstActivityAt: after.first_activity_at };
    tx.emit(events.referralQualified, { ...next(), occurredAt: new Date(after.qualified_at!), data });
  }
  for (const appId of after.told_apps.slice(before.told_apps.length)) {
    const usedAt = after.first_use_by_app[appId]!;
    tx.emit(events.referralAppActivated, { ...next(), occurredAt: new Date(usedAt), data: { ...facts, appId, usedAt } });
  }
  return sequence;
}

const text = (instant: Date | null): string | null => instant?.toISOString() ?? null;

const COMPARED = [
  'stage', 'activated_at', 'qualified_at', 'qualifying_payment_id', 'retained_at', 'converted_at', 'first_use_at', 'first_trial_at', 'first_activity_at',
] as const;

function isSame(before: ReferralRow, after: ReferralRow): boolean {
  const same = (a: string | null, b: string | null): boolean => a === b || (a !== null && b !== null && Date.parse(a) === Date.parse(b));
  const apps = (row: ReferralRow): string => JSON.stringify(Object.entries(row.first_use_by_app).map(([id, at]) => [id, Date.parse(at)]).sort());
  return before.told_payment_id === after.told_payment_id && COMPARED.every((column) => same(before[column], after[column])) && apps(before) === apps(after);
}
