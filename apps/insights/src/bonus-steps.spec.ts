import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { events, type EventDefinition } from '@referrals/contracts';
import { applyEvents, openLog, subscriptionsOf, type AnyEvent, type Room } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { InsightsController } from './insights.controller.js';
import { readDaily, readOverview } from './read-stats.js';
import { readUserStats } from './read-user-stats.js';

type Step = [kind: 'paid' | 'held' | 'released' | 'rejected' | 'clawed_back', amount: number, reason?: string];

interface Standing {
  earned: number;
  pending: number;
  status: 'paid' | 'held' | 'rejected' | 'clawed_back';
}

const KINDS: Record<Step[0], EventDefinition> = {
  paid: events.bonusPaid, held: events.bonusHeld, released: events.bonusReleased, rejected: events.bonusRejected, clawed_back: events.bonusClawedBack,
};

/** What a bonus of 100 may go through, as rewards tells it, and how it stands at the end. */
const HISTORIES: [name: string, steps: Step[], standing: Standing][] = [
  ['paid', [['paid', 100]], { earned: 100, pending: 0, status: 'paid' }],
  ['held', [['held', 100]], { earned: 0, pending: 100, status: 'held' }],
  ['held and released', [['held', 100], ['released', 100]], { earned: 100, pending: 0, status: 'paid' }],
  ['held and refused', [['held', 100], ['rejected', 100, 'score']], { earned: 0, pending: 0, status: 'rejected' }],
  ['refunded in part', [['paid', 100], ['clawed_back', 40]], { earned: 60, pending: 0, status: 'paid' }],
  ['refunded in two parts', [['paid', 100], ['clawed_back', 40], ['clawed_back', 60]], { earned: 0, pending: 0, status: 'clawed_back' }],
  ['refunded in part while it was held', [['held', 100], ['clawed_back', 30]], { earned: 0, pending: 70, status: 'held' }],
  ['refunded in part while it was held, then released', [['held', 100], ['clawed_back', 30], ['released', 70]], { earned: 70, pending: 0, status: 'paid' }],
  ['refunded whole while it was held', [['held', 100], ['clawed_back', 100]], { earned: 0, pending: 0, status: 'clawed_back' }],
  ['paid less, for part of the payment had gone back before', [['paid', 75]], { earned: 75, pending: 0, status: 'paid' }],
  ['disputed', [['paid', 100], ['held', 100, 'dispute']], { earned: 0, pending: 100, status: 'held' }],
  ['disputed, won', [['paid', 100], ['held', 100, 'dispute'], ['released', 100]], { earned: 100, pending: 0, status: 'paid' }],
  ['disputed, lost in part', [['paid', 100], ['held', 100, 'dispute'], ['clawed_back', 20], ['released', 80]], { earned: 80, pending: 0, status: 'paid' }],
  ['disputed, lost, won after all', [['paid', 100], ['held', 100, 'dispute'], ['clawed_back', 100], ['paid', 100]], { earned: 100, pending: 0, status: 'paid' }],
  ['refunded in part, and given back in part', [['paid', 100], ['clawed_back', 50], ['paid', 30]], { earned: 80, pending: 0, status: 'paid' }],
  ['in a dispute about a part when its user was erased', [['paid', 100], ['held', 100, 'dispute'], ['clawed_back', 25, 'erased']], { earned: 75, pending: 0, status: 'paid' }],
];

describe('the standing of a bonus', () => {
  let t: TestDatabase;
  let db: Database;
  let controller: InsightsController;
  beforeAll(async () => {
    t = await TestDatabase.create();
    db = await t.open('insights');
    controller = new InsightsController({ db, log: openLog('insights', { level: 'silent' }) } as Room);
    await t.setClock(new Date('2026-03-01T00:00:00.000Z'));
  }, 60_000);
  afterAll(() => t.close());

  const receive = (list: AnyEvent[]): Promise<void> => db.transaction((tx) => applyEvents(tx, subscriptionsOf(controller), list));

  /** The events of one bonus, a day after each other. */
  const told = (steps: Step[], { event = 'cashback', unit = 'EUR' } = {}): { userId: string; bonusId: string; list: AnyEvent[] } => {
    const [bonusId, referralId] = [uuidv7(), uuidv7()];
    const userId = `user-${bonusId}`;
    const list = steps.map(([kind, amount, reason = 'refund'], index) => ({
      id: uuidv7(), type: KINDS[kind].type, aggregateId: bonusId, sequence: index + 1, occurredAt: `2026-02-0${index + 1}T10:00:00.000Z`,
      data: { bonusId, referralId, userId, party: 'referrer', event, appId: null, unit, amount, ...(kind !== 'paid' && kind !== 'released' && { reason }), ...(kind === 'held' && { holdUntil: null }) },
    }) as unknown as AnyEvent);
    return { userId, bonusId, list };
  };

  const rowOf = async (bonusId: string) => (await t.owner.query('select told, amount, gone, status, sequence, hold_reason, held_at, paid_at from insights.bonus where id = $1', [bonusId])).rows[0];

  it.each(HISTORIES)('that was %s', async (_name, steps, { earned, pending, status }) => {
    const { userId, bonusId, list } = told(steps);
    await receive(list);
    expect((await readUserStats(db, userId)).cashback).toEqual([{ currency: 'EUR', earned, pending }]);
    expect((await rowOf(bonusId)).status).toBe(status);
  });

  it('is the same in whatever order, groups and number its events come', async () => {
    const orders = fc.constantFrom(...HISTORIES.map(([, steps]) => steps)).chain((steps) => {
      const twice = [...steps.keys(), ...steps.keys()];
      return fc.tuple(fc.constant(steps), fc.shuffledSubarray(twice, { minLength: twice.length }), fc.array(fc.boolean(), { minLength: twice.length, maxLength: twice.length }));
    });
    await fc.assert(fc.asyncProperty(orders, async ([steps, order, ends]) => {
      const [expected, shuffled] = [told(steps, { event: 'registered', unit: 'credits' }), told(steps, { event: 'registered', unit: 'credits' })];
      await receive(expected.list);
      let group: AnyEvent[] = [];
      for (const [index, which] of order.entries()) {
        // another id: what comes again does so after the inbox has forgotten it
        group.push({ ...shuffled.list[which]!, id: uuidv7() });
        if (!ends[index]) continue;
        await receive(group);
        group = [];
      }
      await receive(group);
      expect(await rowOf(shuffled.bonusId)).toEqual(await rowOf(expected.bonusId));
      const [one, other] = [await readUserStats(db, expected.userId), await readUserStats(db, shuffled.userId)];
      expect(other.credits).toEqual(one.credits);
    }), { numRuns: 60 });
  }, 60_000);

  it('counts once on the day that it was first paid, with what was paid then', async () => {
    const before = new Map((await readDaily(db, { from: '2026-02-01', to: '2026-02-09' })).data.map(({ date, creditsPaid }) => [date, creditsPaid]));
    await receive([...told([['held', 100], ['released', 100], ['clawed_back', 40]], { event: 'registered', unit: 'credits' }).list].reverse());
    const paid = (await readDaily(db, { from: '2026-02-01', to: '2026-02-09' })).data.map(({ date, creditsPaid }) => creditsPaid - before.get(date)!);
    expect(paid).toEqual([0, 100, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('that was held and taken back in part leaves the rest to be paid out', async () => {
    const held = async () => (await readOverview(db)).liability.filter(({ unit }) => unit === 'CHF').reduce((sum, { amount }) => sum + amount, 0);
    await receive([...told([['held', 100], ['clawed_back', 30]], { unit: 'CHF' }).list].reverse());
    expect(await held()).toBe(70);
  });
});
