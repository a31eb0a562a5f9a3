import { v7 as uuidv7 } from 'uuid';
import { events, type Input, type relationships, type Reply, type ResolvedCode } from '@referrals/contracts';
import {
  decideRegistrations, isInFuture, limitsOpenAfter, MINUTE, DAY, Refusal, shift, type CodeResolution, type RegistrationDecision, type ResolvedCode as CodeToDecide,
} from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import { RaceLost, type Transaction } from '@referrals/persistence';
import { advanceFromHistory } from './advance-stages.js';
import { alarmCodes } from './alarm-codes.js';
import { referralOf, type ReferralRow } from './referral-row.js';
import { prepareRegistrations, readBlocking, writeRegistrations, type Prepared } from './register-referrals.queries.js';

export type Registration = Input<typeof relationships.register>;
export type RegistrationReply = Reply<typeof relationships.register>;

interface Candidate {
  request: Registration;
  referralId: string;
  resolution: CodeResolution;
}

/** Registers a list of referees, each with the outcome it gets; `resolved` are their codes, in the same order. */
export async function registerReferrals(tx: Transaction, requests: Registration[], resolved: ResolvedCode[]): Promise<Outcome<RegistrationReply>[]> {
  const candidates = requests.map((request, index): Candidate => ({ request, referralId: uuidv7(), resolution: resolutionOf(resolved[index]!) }));
  const timely = candidates.filter((candidate) => !isAhead(tx, candidate.request));
  const facts = await prepareRegistrations(tx, timely.map(({ request, resolution }) => ({ refereeId: request.refereeId, resolution })));
  const decisions = decide(tx, timely, facts);

  const made = timely.flatMap((candidate, index) => (decisions[index]!.outcome === 'registered' ? [rowOf(tx, candidate)] : []));
  if (made.length > 0) {
    tellRegistrations(tx, made, timely, facts);
    if ((await writeRegistrations(tx, made, limitsOf(timely))) !== made.length) throw new RaceLost('another registration of the same referee came first');
  }
  const known = new Map([...facts.referrals, ...made].map((row) => [row.id, row]));
  const history = made.filter((row) => facts.withFacts.has(row.referee_id));
  if (history.length > 0) for (const row of await advanceFromHistory(tx, history.map((entry) => entry.referee_id))) known.set(row.id, row);

  await alarmCodes(tx, timely.map(({ resolution }, index) => ({ resolution, decision: decisions[index]! })));
  const opensAfter = await readOpenings(tx, timely.filter((_, index) => decisions[index]!.outcome === 'rate_limited'));
  const decided = new Map(timely.map((candidate, index) => [candidate, decisions[index]!]));
  return candidates.map((candidate) => outcomeOf(tx, decided.get(candidate), known, opensAfter.get(codeIdOf(candidate))));
}

const isAhead = (tx: Transaction, { occurredAt }: Registration): boolean =>
  occurredAt !== undefined && isInFuture(new Date(occurredAt), tx.now, tx.programme.stages.futureToleranceMinutes);

function resolutionOf(code: ResolvedCode): CodeResolution {
  if ('problem' in code) return { problem: code.problem };
  return { code: { ...code, expiresAt: code.expiresAt === null ? null : new Date(code.expiresAt) } };
}

function decide(tx: Transaction, candidates: Candidate[], facts: Prepared): RegistrationDecision[] {
  const requests = candidates.map(({ request, referralId, resolution }) => ({ referralId, refereeId: request.refereeId, resolution }));
  const { perReferrer, perCode, requireNewReferee } = tx.programme.registration;
  return decideRegistrations(
    requests,
    {
      referrals: new Map(facts.referrals.map((row) => [row.referee_id, { referralId: row.id, referrerId: row.referrer_id }])),
      parentOf: (user) => facts.parents[user],
      paidBefore: facts.paid,
      recentByReferrer: new Map([...facts.referrers].map(([id, count]) => [id, count.day])),
      recentByCode: new Map([...facts.codes].map(([id, count]) => [id, count.day])),
      usesByCode: new Map([...facts.codes].map(([id, count]) => [id, count.uses])),
    },
    { perReferrer, perCode, requireNewReferee },
    tx.now,
  );
}

function rowOf(tx: Transaction, { request, referralId, resolution }: Candidate): ReferralRow {
  const { codeId, ownerId, type } = (resolution as { code: CodeToDecide }).code;
  const arrivedAt = tx.now.toISOString();
  return {
    id: referralId, referrer_id: ownerId, referee_id: request.refereeId, code_id: codeId, code_type: type, source_app_id: request.appId ?? null,
    stage: 'registered', registered_at: request.occurredAt ? new Date(request.occurredAt).toISOString() : arrivedAt, arrived_at: arrivedAt,
    activated_at: null, qualified_at: null, qualifying_payment_id: null, told_payment_id: null, retained_at: null, converted_at: null, credited_at: null,
    first_use_at: null, first_trial_at: null, first_activity_at: null, first_use_by_app: {}, told_apps: [],
    fraud_score: null, fraud_signals: [], is_flagged: false, assessment_sequence: 0, imported_at: null, sequence: 1,
  };
}

/** How often each limited code may be used at most: the database compares it once more with the count. */
function limitsOf(candidates: Candidate[]): Map<string, number | null> {
  return new Map(candidates.flatMap(({ resolution }) => ('code' in resolution ? [[resolution.code.codeId, resolution.code.maxUses]] : [])));
}

function tellRegistrations(tx: Transaction, made: ReferralRow[], candidates: Candidate[], facts: Prepared): void {
  const contexts = new Map(candidates.map(({ referralId, request }) => [referralId, request.context]));
  const lastHour = new Map([...facts.referrers].map(([id, count]) => [id, count.hour]));
  for (const row of made) {
    const count = (lastHour.get(row.referrer_id) ?? 0) + (row.code_type === 'campaign' ? 0 : 1);
    lastHour.set(row.referrer_id, count);
    const context = contexts.get(row.id);
    tx.emit(events.referralRegistered, {
      aggregateId: row.id,
      sequence: row.sequence,
      occurredAt: new Date(row.registered_at),
      data: {
        referralId: row.id, referrerId: row.referrer_id, refereeId: row.referee_id, codeId: row.code_id, sourceAppId: row.source_app_id,
        registeredAt: row.registered_at, codeType: row.code_type, arrivedAt: row.arrived_at,
        referrerRegistrationsLastHour: row.code_type === 'campaign' ? 0 : count,
        context: context && 'sealed' in context ? context : null,
      },
    });
  }
}

const codeIdOf = ({ resolution }: Candidate): string => ('code' in resolution ? resolution.code.codeId : '');

/** By code id, in how many seconds those who met a full limit may come again. */
async function readOpenings(tx: Transaction, limited: Candidate[]): Promise<Map<string, number>> {
  if (limited.length === 0) return new Map();
  const codes = new Map(limited.map((candidate) => [codeIdOf(candidate), (candidate.resolution as { code: CodeToDecide }).code]));
  const blocking = await readBlocking(tx, [...codes.values()]);
  return new Map([...blocking].map(([codeId, registrations]) => [codeId, limitsOpenAfter(registrations, tx.now)]));
}

function outcomeOf(
  tx: Transaction, decision: RegistrationDecision | undefined, known: Map<string, ReferralRow>, retryAfterSeconds: number | undefined,
): Outcome<RegistrationReply> {
  if (!decision) return new Refusal('occurred_in_future');
  const { outcome, referralId } = decision;
  if (outcome === 'registered' || outcome === 'already_registered') {
    return { outcome, referral: referralOf(known.get(referralId!)!, tx.programme.stages.trackableApps) };
  }
  return new Refusal(outcome, outcome === 'rate_limited' && retryAfterSeconds !== undefined ? { retryAfterSeconds } : {});
}

/** Since when registrations count for the limits, and for the signal of a burst. */
export const windowsOf = (tx: Transaction) => ({
  dayAgo: shift(tx.now, -DAY),
  hourAgo: shift(tx.now, -tx.programme.fraud.windows.bulkRegistrations.minutes * MINUTE),
});
