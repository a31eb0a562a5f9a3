import { events } from '@referrals/contracts';
import { firedSignals, isSameVerdict, scoreOf, seenWithin, weighedSignals, type ScoringFacts, type Sighting } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import { observe, writeAssessments, type AssessmentRow, type LoadedReferral, type Observation } from './fraud.queries.js';
import { changeReview, noReviewChange } from './review-changes.js';

type Assessment = AssessmentRow & { signals: LoadedReferral['signals'] };

/**
 * Takes in what a group of events tells and assesses every referral that it changes: one statement loads, one writes.
 * A referral is assessed once its registration is known, again when a payment qualified it, and again when what counts
 * against it changes; what changes nothing is not told.
 * @returns how many were assessed
 */
export async function assess(tx: Transaction, observation: Observation): Promise<number> {
  const loaded = await observe(tx, observation);
  const assessments: AssessmentRow[] = [];
  const reviews = noReviewChange();
  for (const referral of loaded) {
    const assessment = assessmentOf(tx, referral);
    if (!assessment) continue;
    assessments.push(assessment);
    announce(tx, referral, assessment);
    if (assessment.score !== referral.score || !isSameVerdict(referral.signals, assessment.signals)) changeReview(tx, reviews, referral, assessment);
  }
  if (assessments.length > 0) await writeAssessments(tx, assessments, reviews);
  return assessments.length;
}

function assessmentOf(tx: Transaction, referral: LoadedReferral): Assessment | null {
  const { weights, windows } = tx.programme.fraud;
  const { referralId, paymentId, patterns } = referral;
  const facts = factsOf(referral);
  const fired = firedSignals(facts, { ...windows, instantQualificationHours: tx.programme.stages.instantQualificationHours });
  const { isSharedNetwork } = referral.facts;
  const signals = weighedSignals(referral.signals, fired, patterns, { weights, isSharedNetwork }) as LoadedReferral['signals'];
  const isFirst = referral.sequence === 0;
  const { sharedIpDays } = tx.programme.batchRewards;
  const isSharedAddress = referral.isSharedAddress || seenWithin(facts.addressSightings, facts.registeredAt, sharedIpDays) !== null;
  const isNews = !isSameVerdict(referral.signals, signals) || paymentId !== referral.assessedPaymentId || isSharedAddress !== referral.isSharedAddress;
  if (!isFirst && !isNews) return null;
  const score = scoreOf(signals.map(({ signal }) => signal), Object.fromEntries(signals.map(({ signal, weight }) => [signal, weight])));
  return { referralId, sequence: referral.sequence + 1, score, signals, isSharedAddress, paymentId };
}

function factsOf(referral: LoadedReferral): ScoringFacts {
  const { sightings, disposableDomains, firstLookUpAt, referrerCreatedAt, qualifiedAt, firstActivityAt, ...rest } = referral.facts;
  const sightingsOf = (wanted: 'ip' | 'device'): Sighting[] =>
    sightings.filter(({ kind }) => kind === wanted).map(({ firstSeenAt, lastSeenAt }) => ({ firstSeenAt: new Date(firstSeenAt), lastSeenAt: new Date(lastSeenAt) }));
  return {
    ...rest,
    registeredAt: referral.registeredAt,
    disposableDomains: disposableDomains.length, // which ones is told to nobody
    addressSightings: sightingsOf('ip'),
    deviceSightings: sightingsOf('device'),
    firstLookUpAt: instantOf(firstLookUpAt),
    referrerCreatedAt: instantOf(referrerCreatedAt),
    qualifiedAt: instantOf(qualifiedAt),
    firstActivityAt: instantOf(firstActivityAt),
  };
}

const instantOf = (text: string | null): Date | null => (text === null ? null : new Date(text));

function announce(tx: Transaction, referral: LoadedReferral, { sequence, score, signals, isSharedAddress, paymentId }: Assessment): void {
  const { referralId, referrerId, refereeId, codeId, sourceAppId, registeredAt, addressGroup } = referral;
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
      address: { known: addressGroup !== null, group: addressGroup, sharedWithReferrer: isSharedAddress },
    },
  });
}
