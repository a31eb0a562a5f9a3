import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { events, fraud } from '@referrals/contracts';
import { DAY, HOUR, SECOND, shift } from '@referrals/domain';
import { v7 as uuidv7 } from 'uuid';
import { FraudFixture, NOW } from './fraud.fixture.js';

describe('a review', () => {
  let room: FraudFixture;
  beforeAll(async () => {
    room = await FraudFixture.create();
  });
  afterAll(() => room.close());
  beforeEach(() => room.t.setClock(NOW));

  const decide = (id: string, decision: 'approve' | 'reject' | 'escalate', actor = 'rita') => room.ask(fraud.decideReview, { id, decision }, actor);
  const told = async (type: string, reviewId: string) => (await room.t.emitted('fraud', type)).filter(({ aggregateId }) => aggregateId === reviewId);
  const runLapse = () => room.ask(fraud.lapseReviews, {});

  it('is opened at 30 and not below', async () => {
    const clean = await room.signUp({ ip: '198.51.100.1', email: 'x@mailinator.com' });
    expect(await room.scores(clean.referralId)).toEqual([20]);
    expect(await room.reviewOf(clean.referralId)).toBeUndefined();
    const held = await room.suspect('same_ip');
    const review = await room.reviewOf(held.referralId);
    expect(review).toMatchObject({ status: 'pending', score: 30, priority: 'medium' });
    expect(await told('review.opened', review!.id)).toMatchObject([{ sequence: 1, data: { ...held, score: 30, priority: 'medium', openedAt: NOW.toISOString() } }]);
  });

  it.each([
    [['same_ip'] as const, null, 30, 'medium'],
    [['same_device'] as const, 'x@mailinator.com', 70, 'high'],
    [['same_ip', 'same_device'] as const, null, 80, 'high'],
    [['same_ip', 'same_device'] as const, 'x@mailinator.com', 100, 'critical'],
  ])('for %j and the e-mail %s has the priority of its score', async (signals, email, score, priority) => {
    const referral = await room.suspect(...signals);
    if (email) await room.emailOf(referral.refereeId, email);
    expect(await room.reviewOf(referral.referralId)).toMatchObject({ score, priority, status: 'pending' });
  });

  it('rises with its score and is one and the same', async () => {
    const referral = await room.suspect('same_ip');
    const before = await room.reviewOf(referral.referralId);
    await room.seen(referral.referrerId, { deviceId: 'no-matter' });
    await room.emailOf(referral.refereeId, 'x@mailinator.com');
    const after = await room.reviewOf(referral.referralId);
    expect(after).toMatchObject({ id: before!.id, score: 50, priority: 'medium' });
    expect(await room.t.rows('select kind, body ->> $2 as score from fraud.review_entry where review_id = $1 order by id', [after!.id, 'score'])).toEqual([
      { kind: 'opened', score: '30' }, { kind: 'rescored', score: '50' },
    ]);
  });

  it.each(['approve', 'reject', 'escalate'] as const)('can be decided: %s, with an event, history and an audit row', async (decision) => {
    const referral = await room.suspect('same_ip', 'same_device');
    const { id } = (await room.reviewOf(referral.referralId))!;
    const status = { approve: 'approved', reject: 'rejected', escalate: 'escalated' }[decision];
    const isFinal = decision !== 'escalate';
    expect(await decide(id, decision)).toMatchObject({
      id, status, score: 80, decidedBy: isFinal ? 'rita' : null, decidedAt: isFinal ? NOW.toISOString() : null,
    });
    expect(await told('review.decided', id)).toMatchObject([
      { sequence: 2, data: { ...referral, reviewId: id, decision: status, score: 80, decidedBy: 'rita', decidedAt: NOW.toISOString() } },
    ]);
    expect(await room.t.rows('select actor, action, before, after from fraud.audit where subject = $1', [id])).toMatchObject([
      { actor: 'rita', action: `review.${status}`, before: { status: 'pending' }, after: { status } },
    ]);
  });

  it('once decided cannot be decided again; an escalated one can, but not escalated again', async () => {
    const { id } = (await room.reviewOf((await room.suspect('same_device', 'same_ip')).referralId))!;
    await decide(id, 'escalate');
    await expect(decide(id, 'escalate')).rejects.toMatchObject({ code: 'already_decided' });
    await decide(id, 'reject', 'boss');
    await expect(decide(id, 'approve')).rejects.toMatchObject({ code: 'already_decided', status: 409 });
    expect((await told('review.decided', id)).map(({ sequence, data }) => [sequence, data['decision']])).toEqual([[2, 'escalated'], [3, 'rejected']]);
    await expect(decide(uuidv7(), 'approve')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('decided by two at once is decided by one of them', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { id } = (await room.reviewOf((await room.suspect('same_device', 'same_ip')).referralId))!;
      const outcomes = await Promise.allSettled([decide(id, 'approve', 'rita'), decide(id, 'reject', 'rob')]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await told('review.decided', id)).toHaveLength(1);
    }
  });

  it('is decided in bulk, each with its own outcome', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) ids.push((await room.reviewOf((await room.suspect('same_ip')).referralId))!.id);
    await decide(ids[1]!, 'reject');
    const unknown = uuidv7();
    const { data } = await room.ask(fraud.decideReviews, { ids: [...ids, unknown, ids[0]], decision: 'approve' });
    expect(data.map(({ outcome }) => outcome)).toEqual(['decided', 'already_decided', 'decided', 'not_found', 'already_decided']);
    await expect(room.ask(fraud.decideReviews, { ids: Array.from({ length: 101 }, () => uuidv7()), decision: 'approve' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('is assigned and noted', async () => {
    const { id } = (await room.reviewOf((await room.suspect('same_ip')).referralId))!;
    expect(await room.ask(fraud.assignReview, { id, assignee: 'rob' })).toMatchObject({ assignee: 'rob' });
    expect(await room.ask(fraud.noteReview, { id, notes: 'asked them' })).toMatchObject({ assignee: 'rob', notes: 'asked them' });
    expect(await decide(id, 'approve')).toMatchObject({ assignee: 'rob', notes: 'asked them' });
    await expect(room.ask(fraud.assignReview, { id, assignee: 'eve' })).rejects.toMatchObject({ code: 'already_decided' });
  });

  it('of the first band lapses after 48 hours, not a second earlier, and then once', async () => {
    const referral = await room.suspect('same_ip');
    await room.t.setClock(shift(NOW, 48 * HOUR - SECOND));
    await runLapse();
    expect(await room.reviewOf(referral.referralId)).toMatchObject({ status: 'pending' });
    await room.t.setClock(shift(NOW, 48 * HOUR));
    await runLapse();
    expect(await room.reviewOf(referral.referralId)).toMatchObject({ status: 'lapsed' });
    expect(await runLapse()).toMatchObject({ changed: 0 });
    await expect(decide((await room.reviewOf(referral.referralId))!.id, 'reject')).rejects.toMatchObject({ code: 'already_decided' });
  });

  const bonus = (referralId: string, holdUntil?: Date) => ({
    bonusId: uuidv7(), referralId, userId: 'u', party: 'referrer', event: 'activated', appId: null, unit: 'credits', amount: 5,
    ...(holdUntil && { reason: 'score', holdUntil: holdUntil.toISOString() }),
  });

  it('stays open as long as a bonus booked later is held, and lapses with its release', async () => {
    const referral = await room.suspect('same_ip');
    const until = shift(NOW, 72 * HOUR);
    await room.deliver(room.event(events.bonusHeld, bonus(referral.referralId, until)));
    await room.t.setClock(shift(NOW, 48 * HOUR));
    await room.deliver(room.event(events.bonusReleased, bonus(referral.referralId)));
    await runLapse();
    expect(await room.reviewOf(referral.referralId)).toMatchObject({ status: 'pending' });
    await room.t.setClock(until);
    await room.deliver(room.event(events.bonusReleased, bonus(referral.referralId)));
    expect(await room.reviewOf(referral.referralId)).toMatchObject({ status: 'lapsed' });
  });

  it('never lapses when escalated, at 60 or more, or where the score had been that high; a year later it raises one alert', async () => {
    const escalated = (await room.reviewOf((await room.suspect('same_ip')).referralId))!.id;
    await decide(escalated, 'escalate');
    const high = (await room.reviewOf((await room.suspect('same_device', 'same_ip')).referralId))!.id;
    await room.t.setClock(shift(NOW, 365 * DAY - SECOND));
    await runLapse();
    await room.ask(fraud.alertReviews, {});
    expect([...(await told('review.overdue', escalated)), ...(await told('review.overdue', high))]).toEqual([]);
    await room.t.setClock(shift(NOW, 365 * DAY));
    await room.ask(fraud.alertReviews, {});
    await room.ask(fraud.alertReviews, {});
    for (const id of [escalated, high]) expect(await told('review.overdue', id)).toMatchObject([{ data: { reviewId: id, openedAt: NOW.toISOString() } }]);
    expect(await room.t.rows('select status from fraud.review where id = any($1) order by id', [[escalated, high]])).toEqual([{ status: 'escalated' }, { status: 'pending' }]);
  });

  it.each([
    ['approve', 'x@mailinator.com', 70, 2],
    ['reject', 'x@mailinator.com', 70, 1],
  ] as const)('after %s is followed by another only for a higher score of 60 or more', async (decision, email, score, count) => {
    const referral = await room.suspect('same_device');
    await decide((await room.reviewOf(referral.referralId))!.id, decision);
    await room.emailOf(referral.refereeId, email);
    expect((await room.scores(referral.referralId)).at(-1)).toBe(score);
    expect(await room.t.rows('select id from fraud.review where referral_id = $1', [referral.referralId])).toHaveLength(count);
  });

  it('is not followed by another below 60', async () => {
    const referral = await room.suspect('same_ip');
    await decide((await room.reviewOf(referral.referralId))!.id, 'approve');
    await room.emailOf(referral.refereeId, 'x@mailinator.com');
    expect((await room.scores(referral.referralId)).at(-1)).toBe(50);
    expect(await room.t.rows('select id from fraud.review where referral_id = $1', [referral.referralId])).toHaveLength(1);
  });

  it('is listed by urgency, page by page, and by status', async () => {
    const all: { id: string; priority: string }[] = [];
    for (let cursor: string | undefined; ;) {
      const { data, nextCursor } = await room.ask(fraud.listReviews, { limit: 7, ...(cursor && { cursor }) });
      all.push(...data);
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    const rank = (priority: string) => ['critical', 'high', 'medium'].indexOf(priority);
    expect(all).toEqual([...all].sort((a, b) => rank(a.priority) - rank(b.priority) || (a.id < b.id ? -1 : 1)));
    const [total] = await room.t.rows<{ n: number }>('select count(*)::int as n from fraud.review');
    expect(all).toHaveLength(total!.n);
    const { data } = await room.ask(fraud.listReviews, { status: 'rejected', limit: 100 });
    expect(new Set(data.map(({ status }) => status))).toEqual(new Set(['rejected']));
  });

  it('has a history that nobody changes', async () => {
    await expect(room.t.rows('delete from fraud.review_entry')).rejects.toThrow('append-only');
    await expect(room.db.rows("update review_entry set kind = 'x'")).rejects.toThrow('permission denied');
  });
});
