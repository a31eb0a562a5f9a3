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

  it.each([
    ['pays what was held', [65], 'pay'],
    ['pays what score alone rejected', [95], 'pay'],
    ['pays what rose afterwards, though the rise was heard of first', [65, [95, 4]], 'pay'],
    ['leaves alone what a higher score held before', [[95, 1]], 'pay'],
  ] as [string, (number | [number, number])[], string][])('after an approval %s', (_, scores, decision) => {
    const list = scores.map((score, index) => (typeof score === 'number' ? assessment(index + 1, score, index + 1) : assessment(index + 1, score[0], score[1])));
    const referral = { assessments: list, thresholds: { hold: 30, review: 60, reject: 90 }, approvedScore: 65, isRejected: false, approvals: [{ score: 65, decidedAt: at(3) }] };
    for (const current of ['pending', 'review', 'reject'] as const) {
      expect(assessedDecision(bonus('registered', 0), referral, { decision: current, score: null }).decision).toBe(decision);
    }
  });

  it('booked under a higher score than the approved one is not approved with it, nor when the score falls again', () => {
    const assessments = [assessment(1, 65, 1), assessment(2, 95, 5), assessment(3, 20, 7)];
    const referral = { assessments, thresholds: { hold: 30, review: 60, reject: 90 }, approvedScore: 65, isRejected: false, approvals: [{ score: 65, decidedAt: at(3) }] };
    expect(assessedDecision(bonus('cross_app', 6), referral)).toEqual({ decision: 'reject', score: 95 });
    expect(assessedDecision(bonus('cross_app', 4), referral)).toEqual({ decision: 'pay', score: 65 });
  });

  it('that waits for a payment not revoked passes over the assessments of revoked ones', () => {
    const awaits = { anyBut: ['p'] };
    expect(decide(bonus('cashback', 60, awaits), [first, second])).toEqual({ decision: 'pending', score: null });
    expect(decide(bonus('cashback', 60, awaits), [first, second, assessment(3, 10, 61, 'q', 60)])).toEqual({ decision: 'pay', score: 10 });
  });

  it('to pay is final once paid, but still rises while the bonus waits for room', () => {
    const referral = { assessments: [first, second], thresholds: { hold: 30, review: 60, reject: 90 }, approvedScore: null, isRejected: false };
    const paid = { decision: 'pay', score: 0 } as const;
    expect(assessedDecision(bonus('registered', 0), referral, paid)).toEqual(paid);
    expect(assessedDecision(bonus('registered', 0), referral, paid, true)).toEqual({ decision: 'review', score: 65 });
  });
});
