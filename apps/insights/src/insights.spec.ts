import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { events, SUBSCRIPTIONS, type DailyStats, type EventDefinition } from '@referrals/contracts';
import { DAY, HOUR, shift } from '@referrals/domain';
import { applyEvents, openLog, subscriptionsOf, type AnyEvent, type Room } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { v7 as uuidv7 } from 'uuid';
import { InsightsController } from './insights.controller.js';
import { readDaily, readLeaderboard, readOverview } from './read-stats.js';
import { readUserStats } from './read-user-stats.js';
import { beginRebuild, rebuildFrom } from './rebuild.js';
import { recount } from './recount.js';

const START = new Date('2026-01-01T00:00:00.000Z');
const DAYS = 40;
const APPS = ['chat', 'mail', null];
const log = openLog('insights', { level: 'silent' });

/** The same numbers in every run. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** Referrals with stages, payments and bonuses at random times, about `count` events. */
function randomEvents(count: number): AnyEvent[] {
  const roll = dice(42);
  const made: AnyEvent[] = [];
  const sequences = new Map<string, number>();
  const tell = (kind: EventDefinition, aggregateId: string, at: Date, data: object): void => {
    const sequence = (sequences.get(aggregateId) ?? 0) + 1;
    sequences.set(aggregateId, sequence);
    made.push({ id: uuidv7(), type: kind.type, aggregateId, sequence, occurredAt: at.toISOString(), data } as unknown as AnyEvent);
  };
  while (made.length < count) {
    const at = (): Date => shift(START, roll(DAYS * 24) * HOUR + roll(3_600) * 1_000);
    const registeredAt = at().toISOString();
    const facts = {
      referralId: uuidv7(), referrerId: `referrer-${roll(200)}`, refereeId: `referee-${made.length}`, codeId: uuidv7(), sourceAppId: APPS[roll(3)]!, registeredAt,
    };
    const { referralId } = facts;
    tell(events.referralRegistered, referralId, new Date(registeredAt), { ...facts, codeType: 'auto', arrivedAt: registeredAt, referrerRegistrationsLastHour: 1, context: null });
    if (roll(2)) tell(events.referralActivated, referralId, at(), { ...facts, activatedAt: registeredAt });
    let qualifying: string | null = null;
    const revoke = (paymentId: string): void => tell(events.referralRevoked, referralId, at(), { ...facts, paymentId, revokedAt: registeredAt });
    for (let n = roll(3); n > 0; n -= 1) {
      const payment = { paymentId: `payment-${referralId}-${n}`, userId: facts.refereeId, kind: n % 2 ? 'topup' : 'purchase', amount: 999, currency: 'EUR', periodDays: null, occurredAt: at().toISOString() };
      tell(events.paymentSettled, payment.paymentId, new Date(payment.occurredAt), payment);
      if (roll(2)) continue;
      if (qualifying) revoke(qualifying);
      qualifying = payment.paymentId;
      tell(events.referralQualified, referralId, at(), { ...facts, qualifiedAt: registeredAt, paymentId: qualifying, firstActivityAt: null });
    }
    if (qualifying && roll(2)) tell(events.referralRetained, referralId, at(), { ...facts, retainedAt: registeredAt, paymentId: qualifying });
    if (qualifying && roll(6) === 0) revoke(qualifying);
    if (roll(10) === 0) tell(events.reviewDecided, uuidv7(), at(), { ...facts, reviewId: uuidv7(), decision: roll(2) ? 'rejected' : 'approved', score: 70, decidedBy: 'ada', decidedAt: registeredAt });
    for (let n = roll(4); n > 0; n -= 1) {
      const bonus = {
        bonusId: uuidv7(), referralId, userId: facts.referrerId, party: 'referrer', event: 'registered', appId: roll(3) ? null : 'todo',
        unit: roll(5) ? 'credits' : 'EUR', amount: roll(50),
      };
      const ends = roll(4);
      if (ends === 0) tell(events.bonusPaid, bonus.bonusId, at(), bonus);
      else if (ends === 1) tell(events.bonusRejected, bonus.bonusId, at(), { ...bonus, reason: 'score' });
      else {
        tell(events.bonusHeld, bonus.bonusId, at(), { ...bonus, reason: 'score', holdUntil: at().toISOString() });
        if (ends === 2) tell(events.bonusReleased, bonus.bonusId, at(), bonus);
      }
    }
  }
  return made;
}

type Row = Record<Exclude<keyof DailyStats, 'date' | 'appId'>, number>;

/** Counts the events as they stand, by day and app. */
function counted(list: AnyEvent[]): Map<string, Row> {
  const sums = new Map<string, Row>();
  const add = (at: string, appId: string | null, field: keyof Row, amount: number): void => {
    for (const key of [`${at.slice(0, 10)} ${appId ?? ''}`, `${at.slice(0, 10)} *`]) {
      const row = sums.get(key) ?? { registrations: 0, activations: 0, qualifications: 0, retentions: 0, creditsPaid: 0, creditsHeld: 0, fraudBlocked: 0 };
      row[field] += amount;
      sums.set(key, row);
    }
  };
  const apps = new Map(list.filter(({ type }) => type === 'referral.registered').map(({ data }) => [(data as Facts).referralId, (data as Facts).sourceAppId]));
  const fields: Record<string, keyof Row> = {
    'referral.registered': 'registrations', 'referral.activated': 'activations', 'referral.qualified': 'qualifications', 'referral.retained': 'retentions',
  };
  const blocked = new Map<string, string>();
  for (const { type, occurredAt, data } of list) {
    const facts = data as Facts;
    const app = apps.get(facts.referralId) ?? null;
    if (fields[type]) add(occurredAt, app, fields[type], 1);
    if (facts.unit === 'credits' && ['bonus.paid', 'bonus.released'].includes(type)) add(occurredAt, facts.appId ?? app, 'creditsPaid', facts.amount);
    if (facts.unit === 'credits' && type === 'bonus.held') add(occurredAt, facts.appId ?? app, 'creditsHeld', facts.amount);
    if (type === 'bonus.rejected' && !(blocked.get(facts.referralId)! < occurredAt)) blocked.set(facts.referralId, occurredAt);
  }
  for (const [referralId, at] of blocked) add(at, apps.get(referralId) ?? null, 'fraudBlocked', 1);
  return sums;
}

interface Facts {
  referralId: string;
  sourceAppId: string | null;
  appId: string | null;
  unit: string;
  amount: number;
}

function shuffled<T>(list: T[], seed: number): T[] {
  const roll = dice(seed);
  return list.map((item) => ({ item, order: roll(1_000_000_007) })).sort((a, b) => a.order - b.order).map(({ item }) => item);
}

/** Where each referral stands by its events: since when it is qualified, whether it stayed, whether a person refused it. */
function standingReferrals(all: AnyEvent[]): { referrerId: string; at: string | null; isRetained: boolean; isRejected: boolean }[] {
  const byReferral = Map.groupBy(all.filter(({ type }) => /^referral|^review/.test(type)), ({ data }) => (data as { referralId: string }).referralId);
  return [...byReferral.values()].map((told) => {
    const of = (type: string) => told.filter((event) => event.type === type).map(({ occurredAt, sequence, data }) => ({ occurredAt, sequence, ...(data as { paymentId: string; decision: string }) }));
    const revoked = of('referral.revoked');
    const lasting = (type: string) => of(type).filter((stage) => !revoked.some(({ paymentId, sequence }) => paymentId === stage.paymentId && sequence > stage.sequence));
    const [at = null] = lasting('referral.qualified').map(({ occurredAt }) => occurredAt).sort();
    const { referrerId } = told[0]!.data as { referrerId: string };
    return { referrerId, at, isRetained: lasting('referral.retained').length > 0, isRejected: of('review.decided').some(({ decision }) => decision === 'rejected') };
  });
}

describe('statistics', () => {
  let t: TestDatabase;
  let db: Database;
  let controller: InsightsController;
  let all: AnyEvent[];
  let expected: Map<string, Row>;

  beforeAll(async () => {
    t = await TestDatabase.create();
    db = await t.open('insights');
    controller = new InsightsController({ db, log } as Room);
    all = randomEvents(10_000);
    expected = counted(all);
    await t.setClock(shift(START, (DAYS - 1) * DAY));
  }, 60_000);
  afterAll(() => t.close());

  const receive = async (list: AnyEvent[]): Promise<void> => {
    for (let n = 0; n < list.length; n += 512) await db.transaction((tx) => applyEvents(tx, subscriptionsOf(controller), list.slice(n, n + 512)));
  };

  const expectRecount = async (): Promise<void> => {
    const [from, to] = ['2026-01-01', shift(START, (DAYS - 1) * DAY).toISOString().slice(0, 10)];
    for (const appId of ['chat', 'mail', 'todo', undefined]) {
      const { data } = await readDaily(db, { from, to, appId });
      expect(data.length).toBe(DAYS);
      for (const { date, appId: told, ...row } of data) {
        expect(told).toBe(appId ?? null);
        const counts = expected.get(`${date} ${appId ?? '*'}`) ?? { registrations: 0, activations: 0, qualifications: 0, retentions: 0, creditsPaid: 0, creditsHeld: 0, fraudBlocked: 0 };
        expect([date, appId, row]).toEqual([date, appId, counts]);
      }
    }
    expect(await recount(db, { from, days: 31 })).toMatchObject({ differences: [] });
  };

  it('hears what it subscribes to', () => {
    expect(new Set(subscriptionsOf(controller).map(({ kind }) => kind.type))).toEqual(new Set(SUBSCRIPTIONS.insights.map(({ type }) => type)));
  });

  it('of 10,000 events, shuffled and doubled, are what a recount of the events is, for every day and app', async () => {
    expect(all.length).toBeGreaterThanOrEqual(10_000);
    await receive(shuffled([...all, ...all], 7));
    await expectRecount();
  }, 60_000);

  it('stay the same when everything comes again after the inbox has forgotten it', async () => {
    await t.rows('truncate insights.inbox');
    await receive(shuffled(all, 11));
    await expectRecount();
  }, 60_000);

  it('are the same after a rebuild from the event log', async () => {
    const log = [...all].sort((a, b) => (a.id < b.id ? -1 : 1));
    await db.transaction((tx) => beginRebuild(tx));
    expect((await readOverview(db)).totals.registrations).toBe(0);
    for (let n = 0; n < log.length; n += 100) {
      const page = { data: log.slice(n, n + 100) as never, next: null };
      await db.transaction((tx) => rebuildFrom(tx, { room: 'codes', after: null }, page, subscriptionsOf(controller)));
    }
    await expectRecount();
  }, 60_000);

  it('find a sum that somebody changed, and say which', async () => {
    await t.rows(`update insights.daily set registrations = registrations + 1 where day = '2026-01-05' and app_id = 'mail'`);
    expect((await recount(db, { from: '2026-01-01', days: 31 })).differences).toEqual(['2026-01-05 mail']);
    await t.rows(`update insights.daily set registrations = registrations - 1 where day = '2026-01-05' and app_id = 'mail'`);
  });

  it('refuse a period that ends before it begins', async () => {
    await expect(readDaily(db, { from: '2026-01-02', to: '2026-01-01' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('rank referrers by what they brought, of all time and of the month', async () => {
    const qualified = (from: string) => {
      const counts = new Map<string, number>();
      for (const { at, referrerId, isRejected } of standingReferrals(all)) {
        if (at === null || isRejected || at < from) continue;
        counts.set(referrerId, (counts.get(referrerId) ?? 0) + 1);
      }
      return [...counts.values()].sort((a, b) => b - a);
    };
    const allTime = (await readLeaderboard(db, { period: 'all', limit: 5 })).data;
    expect(allTime.map((entry) => entry.qualified)).toEqual(qualified('').slice(0, 5));
    for (const { userId, credits } of allTime) expect((await readUserStats(db, userId)).credits.earned).toBe(credits);
    const month = (await readLeaderboard(db, { period: 'month', limit: 5 })).data;
    expect(month.map((entry) => entry.qualified)).toEqual(qualified('2026-02-01').slice(0, 5));
  });

  it('of what is held say when it will be released', async () => {
    const { liability, funnel } = await readOverview(db);
    const held = all.filter(({ type }) => type === 'bonus.held').map(({ aggregateId, data }) => ({ id: aggregateId, ...(data as Facts) }));
    const released = new Set(all.filter(({ type }) => type === 'bonus.released').map(({ aggregateId }) => aggregateId));
    const credits = held.filter(({ id, unit }) => unit === 'credits' && !released.has(id)).reduce((sum, { amount }) => sum + amount, 0);
    expect(liability.filter(({ unit }) => unit === 'credits').reduce((sum, { amount }) => sum + amount, 0)).toBe(credits);
    expect(funnel.map(({ stage }) => stage)).toEqual(['registered', 'activated', 'qualified', 'retained']);
    expect(funnel[0]!.share).toBe(1);
    const referrals = standingReferrals(all);
    expect(funnel.map(({ count }) => count)).toEqual([
      referrals.length, all.filter(({ type }) => type === 'referral.activated').length, referrals.filter(({ at }) => at !== null).length, referrals.filter(({ isRetained }) => isRetained).length,
    ]);
  });

  it('of every user count who is active, who paid and who converted, in whatever order that was heard', async () => {
    const dataOf = (type: string) => all.filter((event) => event.type === type).map(({ data }) => data as { referralId: string; referrerId: string; refereeId: string; userId: string; registeredAt: string; kind: string; occurredAt: string });
    const payments = Map.groupBy(dataOf('payment.settled'), ({ userId }) => userId);
    const active = new Set(dataOf('referral.activated').map(({ referralId }) => referralId));
    for (const [referrerId, made] of Map.groupBy(dataOf('referral.registered'), (facts) => facts.referrerId)) {
      const paid = made.map(({ refereeId, registeredAt }) => (payments.get(refereeId) ?? []).filter(({ occurredAt }) => occurredAt >= registeredAt));
      expect(await readUserStats(db, referrerId)).toMatchObject({
        invited: made.length, active: made.filter(({ referralId }) => active.has(referralId)).length,
        paid: paid.filter((list) => list.length > 0).length, converted: paid.filter((list) => list.some(({ kind }) => kind !== 'topup')).length,
      });
    }
  });

  it('of a user follow a qualification that is revoked, told again and refused, in whatever order it is heard', async () => {
    const made = (referrerId: string): AnyEvent[] => {
      const facts = { referralId: uuidv7(), referrerId, refereeId: `of-${referrerId}`, codeId: uuidv7(), sourceAppId: 'chat', registeredAt: '2026-02-01T10:00:00.000Z' };
      const event = (kind: EventDefinition, sequence: number, data: object = {}): AnyEvent =>
        ({ id: uuidv7(), type: kind.type, aggregateId: facts.referralId, sequence, occurredAt: `2026-02-0${sequence}T10:00:00.000Z`, data: { ...facts, ...data } }) as unknown as AnyEvent;
      const payment = (paymentId: string): AnyEvent => ({
        id: uuidv7(), type: 'payment.settled', aggregateId: paymentId, sequence: 1, occurredAt: '2026-02-03T10:00:00.000Z',
        data: { paymentId, userId: facts.refereeId, kind: 'topup', amount: 999, currency: 'EUR', periodDays: null, occurredAt: '2026-02-03T10:00:00.000Z' },
      }) as unknown as AnyEvent;
      const qualified = (n: number): object => ({ paymentId: `${referrerId}-${n}`, qualifiedAt: facts.registeredAt, firstActivityAt: null });
      const revoked = (n: number): object => ({ paymentId: `${referrerId}-${n}`, revokedAt: facts.registeredAt });
      return [
        event(events.referralRegistered, 1, { codeType: 'auto', arrivedAt: facts.registeredAt, referrerRegistrationsLastHour: 1, context: null }), event(events.referralActivated, 2, { activatedAt: facts.registeredAt }), payment(`${referrerId}-1`),
        event(events.referralQualified, 3, qualified(1)), event(events.referralRevoked, 4, revoked(1)),
        event(events.referralQualified, 5, qualified(2)), event(events.referralRevoked, 6, revoked(2)),
        event(events.referralQualified, 7, qualified(2)),
        event(events.reviewDecided, 8, { reviewId: uuidv7(), decision: 'rejected', score: 70, decidedBy: 'ada', decidedAt: facts.registeredAt }),
      ];
    };
    const stands = async (userId: string): Promise<[number, number, number]> => {
      const { byStage, tier, level } = await readUserStats(db, userId);
      return [byStage.qualified, tier.qualifiedCount, 25 - level.referralsToNext!];
    };
    for (const [order, seed] of [['as-told', 0], ['shuffled', 3], ['otherwise', 5]] as const) {
      const [list, ends] = [made(order), [] as [number, number, number][]];
      if (seed === 0) for (const event of list) ends.push((await receive([event]), await stands(order)));
      else for (const event of shuffled(list, seed)) await receive([event]);
      if (seed === 0) expect(ends.slice(3)).toEqual([[1, 1, 1], [0, 0, 1], [1, 1, 1], [0, 0, 1], [1, 1, 1], [1, 0, 0]]);
      expect(await stands(order)).toEqual([1, 0, 0]);
    }
  });

  it('of a user count the people brought, and show their names shortened', async () => {
    const mine = all.filter(({ type, data }) => type === 'referral.registered' && (data as { referrerId: string }).referrerId === 'referrer-7');
    const { refereeId } = mine[0]!.data as { refereeId: string };
    const name = { userId: refereeId, displayName: 'Nina Berg', createdAt: null, isActive: true, isVerified: true, locale: null, stripeCustomerId: null, sealedEmail: null, occurredAt: START.toISOString() };
    await receive([{ id: uuidv7(), type: 'user.updated', aggregateId: refereeId, sequence: 1, occurredAt: START.toISOString(), data: name } as unknown as AnyEvent]);
    const stats = await readUserStats(db, 'referrer-7');
    expect(stats).toMatchObject({ invited: mine.length, byStage: { registered: mine.length } });
    expect(stats.byApp.reduce((sum, { invited }) => sum + invited, 0)).toBe(mine.length);
    expect(stats.recentActivity.length).toBe(10);
    const { rows } = await t.owner.query('select short_name from insights.person');
    expect(rows).toEqual([{ short_name: 'Nina B.' }]);
  });

  it('of a user never heard of are zeroes', async () => {
    expect(await readUserStats(db, 'nobody')).toMatchObject({
      invited: 0, paid: 0, credits: { earned: 0, pending: 0 }, cashback: [], accessDays: 0, tier: { tier: 'bronze' }, lastActivityAt: null, recentActivity: [],
    });
  });
});
