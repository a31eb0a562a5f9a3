import { events } from '@referrals/contracts';
import { carriedOver, firedSignals, scoreOf, type Sighting } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import { observe, writeAssessments, type AssessmentRow, type LoadedReferral, type Observation } from './fraud.queries.js';

/**
 * Takes in what a group of events tells and assesses every referral that it changes: one statement loads, one writes.
 * A referral is assessed once its registration is known, again when a payment qualified it, and again when a signal is
 * new; what changes nothing is not told.
 * @returns how many were assessed
 */
export async function assess(tx: Transaction, observation: Observation): Promise<number> {
  const loaded = await observe(tx, observation);
  const assessments: AssessmentRow[] = [];
  for (const referral of loaded) {
    const assessment = assessmentOf(tx, referral);
    if (!assessment) continue;
    assessments.push(assessment);
    announce(tx, referral, assessment);
  }
  if (assessments.length > 0) await writeAssessments(tx, assessments);
  return assessments.length;
}

function assessmentOf(tx: Transaction, referral: LoadedReferral): (AssessmentRow & { signals: LoadedReferral['signals'] }) | null {
  const { weights, windows } = tx.programme.fraud;
  const { referralId, paymentId, registeredAt } = referral;
  const facts = { registeredAt, addressSightings: sightingsOf(referral, 'ip'), deviceSightings: sightingsOf(referral, 'device') };
  const signals = carriedOver(referral.signals, firedSignals(facts, windows), weights) as LoadedReferral['signals'];
  const isFirst = referral.sequence === 0;
  const isNews = signals.length > referral.signals.length || paymentId !== referral.assessedPaymentId;
  if (!isFirst && !isNews) return null;
  const score = scoreOf(signals.map(({ signal }) => signal), Object.fromEntries(signals.map(({ signal, weight }) => [signal, weight])));
  return { referralId, sequence: referral.sequence + 1, score, signals, paymentId };
}

const sightingsOf = ({ sightings }: LoadedReferral, kind: 'ip' | 'device'): Sighting[] =>
  sightings
    .filter((sighting) => sighting.kind === kind)
    .map(({ firstSeenAt, lastSeenAt }) => ({ firstSeenAt: new Date(firstSeenAt), lastSeenAt: new Date(lastSeenAt) }));

function announce(tx: Transaction, referral: LoadedReferral, { sequence, score, signals, paymentId }: AssessmentRow & { signals: LoadedReferral['signals'] }): void {
  const { referralId, referrerId, refereeId, codeId, sourceAppId, registeredAt } = referral;
  tx.emit(events.referralAssessed, {
    aggregateId: referralId,
    sequence,
    occurredAt: tx.now,
    data: {
      referralId, referrerId, refereeId, codeId, sourceAppId,
      registeredAt: registeredAt.toISOString(),
      score,
      signals,
      paymentId,
      stage: paymentId === null ? 'registered' : 'qualified',
    },
  });
}
