import { awaitsQualification, bandOf, exceedsClaimLimit, holdDecision, holdUntil, opensReview, priorityOf, rescored, type HoldFacts } from './hold.js';

const thresholds = { hold: 30, review: 60, reject: 90 };

describe('bands', () => {
  it.each([
    [0, 'pay', null], [29, 'pay', null], [30, 'hold', 'medium'], [59, 'hold', 'medium'], [60, 'review', 'high'], [89, 'review', 'high'], [90, 'reject', 'critical'], [100, 'reject', 'critical'],
  ])('a score of %d is %s, priority %s', (score, band, priority) => {
    expect([bandOf(score, thresholds), priorityOf(score, thresholds)]).toEqual([band, priority]);
  });
});

describe('the decision at booking', () => {
  const decide = (facts: Partial<HoldFacts>) => holdDecision({ score: 0, thresholds, event: 'activated', party: 'referrer', ...facts });
  it.each([
    ['waits for the first assessment', { score: null }, 'pending'],
    ['pays below 30', { score: 29 }, 'pay'],
    ['holds from 30', { score: 30 }, 'hold'],
    ['asks a person from 60', { score: 60 }, 'review'],
    ['rejects from 90', { score: 90 }, 'reject'],
    ['lets the cashback follow the score', { score: 45, event: 'cashback' }, 'hold'],
    ['lets the days of the referrer follow the score', { score: 60, event: 'access' }, 'review'],
    ['never holds the days of the referee', { score: 100, event: 'access', party: 'referee' }, 'pay'],
    ['nor has them wait for an assessment', { score: null, event: 'access', party: 'referee' }, 'pay'],
    ['does not hold the welcome of the referee at 30', { score: 30, event: 'registered', party: 'referee' }, 'pay'],
    ['nor at 89', { score: 89, event: 'registered', party: 'referee' }, 'pay'],
    ['but rejects it at 90', { score: 90, event: 'registered', party: 'referee' }, 'reject'],
    ['and has it wait for the first assessment', { score: null, event: 'registered', party: 'referee' }, 'pending'],
    ['pays at the score that was approved', { score: 70, approvedScore: 70 }, 'pay'],
    ['pays what score alone would reject, once approved', { score: 95, approvedScore: 95 }, 'pay'],
    ['goes by the band again above it', { score: 71, approvedScore: 70 }, 'review'],
    ['rejects all after a rejection', { score: 0, approvedScore: 50, rejected: true }, 'reject'],
    ['even the days of the referee', { event: 'access', party: 'referee', rejected: true }, 'reject'],
    ['waits for the assessment of the qualification', { awaitsQualification: true, approvedScore: 100 }, 'pending'],
  ] as [string, Partial<HoldFacts>, string][])('%s', (_, facts, decision) => expect(decide(facts)).toBe(decision));

  it.each([
    ['referrer', 'p', 'p', null, true], ['referrer', 'p', 'p', 'old', true], ['referrer', 'p', 'p', 'p', false], ['referrer', 'q', 'p', null, false],
    ['referee', 'p', 'p', null, false], ['referrer', null, null, null, false],
  ] as const)('of the %s for payment %s, qualifying %s, assessed %s, waits: %s', (party, paymentId, qualifyingPaymentId, assessedPaymentId, waits) => {
    expect(awaitsQualification({ party, paymentId, qualifyingPaymentId, assessedPaymentId })).toBe(waits);
  });
});

describe('rescoring', () => {
  it.each([
    ['pending', 'pay', 'pay'], ['pending', 'reject', 'reject'], ['hold', 'pay', 'hold'], ['hold', 'review', 'review'], ['hold', 'reject', 'reject'],
    ['review', 'hold', 'review'], ['review', 'reject', 'reject'], ['pay', 'reject', 'pay'], ['reject', 'pay', 'reject'], ['hold', 'pending', 'hold'],
  ] as const)('turns %s by %s into %s', (current, decision, next) => expect(rescored(current, decision)).toBe(next));
});

describe('reviews', () => {
  it.each([
    [29, null, false], [30, null, true], [95, { status: 'pending', score: 30 }, false], [95, { status: 'escalated', score: 30 }, false],
    [95, { status: 'rejected', score: 30 }, false], [59, { status: 'approved', score: 30 }, false], [60, { status: 'approved', score: 59 }, true],
    [70, { status: 'approved', score: 70 }, false], [60, { status: 'lapsed', score: 40 }, true], [45, { status: 'lapsed', score: 40 }, false],
  ] as const)('at %d after %j open: %s', (score, last, opens) => expect(opensReview(score, thresholds, last)).toBe(opens));
});

describe('other holds', () => {
  it('end after the hours of the programme', () => expect(holdUntil(new Date('2026-03-01T10:00:00Z'), 48)).toEqual(new Date('2026-03-03T10:00:00Z')));
  it.each([['activated', 99, false], ['activated', 100, true], ['cashback', 100, false]] as const)('%s after %d bonuses waits: %s', (event, booked, waits) => {
    expect(exceedsClaimLimit(event, booked, 100)).toBe(waits);
  });
});
