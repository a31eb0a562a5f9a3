import { describe, expect, it } from '@jest/globals';
import { assessedDecision, knownAssessments, type AssessedBonus, type Assessment } from './assessment.js';
import { shift } from './time.js';

const START = new Date('2026-01-01T00:00:00.000Z');
const at = (hours: number): Date => shift(START, hours * 3_600_000);
const assessment = (sequence: number, score: number, hours: number, paymentId: string | null = null, paidHours = hours): Assessment =>
  ({ sequence, score, paymentId, paidAt: paymentId === null ? null : at(paidHours), assessedAt: at(hours) });
const bonus = (event: AssessedBonus['event'], hours: number, awaits: AssessedBonus['awaits'] = null): AssessedBonus =>
  ({ event, party: 'referrer', triggeredAt: at(hours), awaits });
const decide = (one: AssessedBonus, assessments: Assessment[], more: { approvedScore?: number; isRejected?: boolean } = {}) =>
  assessedDecision(one, { assessments, thresholds: { hold: 30, review: 60, reject: 90 }, approvedScore: null, isRejected: false, ...more });

describe('known assessments', () => {
  it('end at the first gap', () => {
    const sequences = (...list: number[]) => knownAssessments(list.map((sequence) => assessment(sequence, 0, 0))).map(({ sequence }) => sequence);
    expect(sequences(3, 1, 2)).toEqual([1, 2, 3]);
    expect(sequences(1, 3, 4)).toEqual([1]);
    expect(sequences(2)).toEqual([]);
  });
});

describe('the decision about a bonus', () => {
  const first = assessment(1, 0, 1);
  const second = assessment(2, 65, 50, 'p', 48);
  it.each([
    ['without an assessment', bonus('registered', 0), [], 'pending', null],
    ['of a registration, by the first score', bonus('registered', 0), [first, second], 'pay', 0],
    ['of an activation at the very payment, by the score before it', bonus('activated', 48), [first, second], 'pay', 0],
    ['of an app used before the payment, by the score before it', bonus('cross_app', 47), [first, second], 'pay', 0],
    ['of an app used from the payment on, by the new score', bonus('cross_app', 48), [first, second], 'review', 65],
    ['that waits for a payment not assessed yet', bonus('qualified', 48, { paymentId: 'p' }), [first], 'pending', null],
    ['that waits for another payment', bonus('qualified', 48, { paymentId: 'q' }), [first, second], 'pending', null],
    ['that waited for the payment', bonus('qualified', 48, { paymentId: 'p' }), [first, second], 'review', 65],
    ['that waits for any payment', bonus('retained', 800, 'any'), [first], 'pending', null],
    ['that is held and rises', bonus('registered', 0), [assessment(1, 30, 1), second], 'review', 65],
    ['that is held and the score falls', bonus('registered', 0), [assessment(1, 70, 1), assessment(2, 10, 2)], 'review', 70],
    ['booked after the score fell', bonus('cross_app', 3), [assessment(1, 70, 1), assessment(2, 10, 2)], 'pay', 10],
  ])('%s', (_, one, assessments, decision, score) => {
    expect(decide(one, assessments)).toEqual({ decision, score });
  });

  it('is to pay at a score not above the approved one, and to reject whatever a person rejected', () => {
    expect(decide(bonus('registered', 0), [assessment(1, 65, 1)], { approvedScore: 65 })).toEqual({ decision: 'pay', score: 65 });
    expect(decide(bonus('registered', 0), [], { isRejected: true })).toEqual({ decision: 'reject', score: null });
  });

  it('to pay is final once paid, but still rises while the bonus waits for room', () => {
    const referral = { assessments: [first, second], thresholds: { hold: 30, review: 60, reject: 90 }, approvedScore: null, isRejected: false };
    const paid = { decision: 'pay', score: 0 } as const;
    expect(assessedDecision(bonus('registered', 0), referral, paid)).toEqual(paid);
    expect(assessedDecision(bonus('registered', 0), referral, paid, true)).toEqual({ decision: 'review', score: 65 });
  });
});
