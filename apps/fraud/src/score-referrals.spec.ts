import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { events, type ClientContext, type EventDefinition } from '@referrals/contracts';
import { DAY, MINUTE, SECOND, shift } from '@referrals/domain';
import { applyEvents, openLog, Room, Sealer, subscriptionsOf, type AnyEvent, type Subscription } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnv, Secrets } from '@referrals/config';
import { v7 as uuidv7 } from 'uuid';
import { FraudController } from './fraud.controller.js';
import { todaysSealingKey } from './sealing-keys.js';

const NOW = new Date('2026-06-15T12:00:00.000Z');
const ago = (milliseconds: number): Date => shift(NOW, -milliseconds);

describe('scoring a referral', () => {
  let t: TestDatabase;
  let db: Database;
  let folder: string;
  let subscriptions: Subscription[];
  let sealer: Sealer;
  let n = 0;

  beforeAll(async () => {
    t = await TestDatabase.create();
    db = await t.open('fraud');
    await t.setClock(NOW);
    folder = await mkdtemp(join(tmpdir(), 'fraud-'));
    const env = readEnv({ DATA_DIR: folder });
    const log = openLog('fraud', { level: 'info', file: join(folder, 'log') });
    subscriptions = subscriptionsOf(new FraudController(new Room('fraud', db, null as never, log, env, new Secrets(folder))));
    sealer = new Sealer(await db.transaction(todaysSealingKey));
  });
  afterAll(async () => {
    await t.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => t.rows('truncate fraud.outbox, fraud.outbox_unsent, fraud.inbox, fraud.fact, fraud.mailbox, fraud.account, fraud.look_up, fraud.box, fraud.assessment'));

  const event = (kind: EventDefinition, data: object, sequence = 1): AnyEvent =>
    ({ id: uuidv7(), type: kind.type, aggregateId: 'x', sequence, occurredAt: NOW.toISOString(), data: data as never });
  const deliver = (...received: AnyEvent[]) => db.transaction((tx) => applyEvents(tx, subscriptions, received));
  const sealed = (context: ClientContext) => ({ sealed: sealer.seal(context) });

  const referral = (referrerId = `referrer-${(n += 1)}`, registeredAt = NOW) =>
    ({ referralId: uuidv7(), referrerId, refereeId: `referee-${(n += 1)}`, codeId: uuidv7(), sourceAppId: null, registeredAt: registeredAt.toISOString() });
  type Facts = ReturnType<typeof referral>;
  const registered = (facts: Facts, context: ClientContext | { sealed: string } | null) => event(events.referralRegistered, {
    ...facts, codeType: 'auto', arrivedAt: facts.registeredAt, referrerRegistrationsLastHour: 1,
    context: context === null || 'sealed' in context ? context : sealed(context),
  });
  const seen = (userId: string, at: Date, context: ClientContext) =>
    event(events.activityObserved, { userId, occurredAt: at.toISOString(), context: sealed(context) });
  const qualified = (facts: Facts, paymentId: string, sequence = 3) =>
    event(events.referralQualified, { ...facts, qualifiedAt: shift(NOW, 2 * DAY).toISOString(), paymentId, firstActivityAt: shift(NOW, DAY).toISOString() }, sequence);

  const assessments = async () =>
    (await t.emitted('fraud', 'referral.assessed')).map(({ aggregateId, sequence, data }) => {
      const { score, signals, paymentId, stage } = data as unknown as { score: number; signals: { signal: string }[]; paymentId: string | null; stage: string };
      return { referralId: aggregateId, sequence, score, signals: signals.map(({ signal }) => signal), paymentId, stage };
    });
  const scoreAfter = async (at: Date, theirs: ClientContext, mine: ClientContext): Promise<string[]> => {
    const facts = referral();
    await deliver(seen(facts.referrerId, at, theirs));
    await deliver(registered(facts, mine));
    return (await assessments()).at(-1)!.signals;
  };

  it('without anything against it gives 0, told once', async () => {
    const facts = referral();
    await deliver(registered(facts, { ip: '203.0.113.1', deviceId: 'phone' }));
    expect(await assessments()).toEqual([{ referralId: facts.referralId, sequence: 1, score: 0, signals: [], paymentId: null, stage: 'registered' }]);
  });

  it.each([
    ['an IPv4 address', { ip: '203.0.113.7' }, { ip: '203.0.113.7' }, ['same_ip']],
    ['an IPv4 address mapped into IPv6', { ip: '::ffff:203.0.113.7' }, { ip: '203.0.113.7' }, ['same_ip']],
    ['an IPv6 /64', { ip: '2001:db8:1:2::1' }, { ip: '2001:db8:1:2:ffff::9' }, ['same_ip']],
    ['an IPv6 /56 alone', { ip: '2001:db8:1:2::1' }, { ip: '2001:db8:1:3::1' }, []],
    ['a device', { deviceId: 'd-1' }, { deviceId: 'd-1' }, ['same_device']],
    ['an address and a device', { ip: '203.0.113.7', deviceId: 'd-1' }, { ip: '203.0.113.7', deviceId: 'd-1' }, ['same_ip', 'same_device']],
    ['nothing', { ip: '203.0.113.7', deviceId: 'd-1' }, { ip: '203.0.113.8', deviceId: 'd-2' }, []],
    ['a text that is both an address and a device', { ip: '203.0.113.7' }, { deviceId: '203.0.113.7' }, []],
  ])('of a referee who shares %s with the referrer', async (_name, theirs: ClientContext, mine: ClientContext, signals) => {
    expect(await scoreAfter(ago(DAY), theirs, mine)).toEqual(signals);
  });

  it.each([
    ['30 days', ago(30 * DAY), ['same_ip', 'same_device']],
    ['30 days and a second', ago(30 * DAY + SECOND), ['same_device']],
    ['90 days', ago(90 * DAY), ['same_device']],
    ['90 days and a second', ago(90 * DAY + SECOND), []],
    ['no time at all', NOW, ['same_ip', 'same_device']],
  ])('after the referrer was seen with both %s ago', async (_name, at, signals) => {
    const both = { ip: '203.0.113.7', deviceId: 'd-1' };
    expect(await scoreAfter(at, both, both)).toEqual(signals);
  });

  it('adds the weights up and tells counts and times as evidence', async () => {
    const facts = referral();
    const both = { ip: '203.0.113.7', deviceId: 'd-1' };
    await deliver(seen(facts.referrerId, ago(2 * DAY), both), seen(facts.referrerId, ago(DAY), both), seen(facts.referrerId, ago(DAY - MINUTE), both));
    await deliver(registered(facts, both));
    const [told] = await t.emitted('fraud', 'referral.assessed');
    const evidence = { daysSeen: 2, firstSeenAt: ago(2 * DAY).toISOString(), lastSeenAt: ago(DAY - MINUTE).toISOString() };
    expect(told!.data).toMatchObject({
      score: 80,
      signals: [
        { signal: 'same_ip', weight: 30, evidence: { ...evidence, windowDays: 30 } },
        { signal: 'same_device', weight: 50, evidence: { ...evidence, windowDays: 90 } },
      ],
    });
  });

  it("counts the referrer's own sign-up as a sighting", async () => {
    const [first, second] = [referral(undefined, ago(DAY)), referral()];
    second.referrerId = first.refereeId;
    await deliver(registered(first, { ip: '203.0.113.7' }), registered(second, { ip: '203.0.113.7' }));
    const scores = new Map((await assessments()).map(({ referralId, score }) => [referralId, score]));
    expect(scores).toEqual(new Map([[first.referralId, 0], [second.referralId, 30]]));
  });

  it('ends the same in every order of its events, each delivered twice', async () => {
    const facts = referral();
    const story = () => [
      seen(facts.referrerId, ago(DAY), { ip: '203.0.113.7' }), seen(facts.referrerId, ago(DAY), { deviceId: 'd-1' }),
      registered(facts, { ip: '203.0.113.7', deviceId: 'd-1' }), qualified(facts, 'payment-1'),
    ];
    for (const order of permutations([0, 1, 2, 3])) {
      await t.rows('truncate fraud.outbox, fraud.outbox_unsent, fraud.inbox, fraud.fact, fraud.mailbox, fraud.account, fraud.look_up, fraud.box, fraud.assessment');
      const told = story();
      for (const index of order) {
        await deliver(told[index]!);
        await deliver(told[index]!);
      }
      const all = await assessments();
      expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, index) => index + 1));
      expect(all.at(-1)).toMatchObject({ score: 80, paymentId: 'payment-1', stage: 'qualified' });
      expect(new Set(all.at(-1)!.signals)).toEqual(new Set(['same_ip', 'same_device']));
    }
  });

  it('waits for the registration when the qualification comes first', async () => {
    const facts = referral();
    await deliver(qualified(facts, 'payment-1'));
    expect(await assessments()).toEqual([]);
    await deliver(registered(facts, null));
    expect(await assessments()).toMatchObject([{ sequence: 1, score: 0, paymentId: 'payment-1', stage: 'qualified' }]);
  });

  it('names the newest qualifying payment, and tells an older or the same one no more', async () => {
    const facts = referral();
    await deliver(registered(facts, null));
    await deliver(qualified(facts, 'payment-2', 7));
    await deliver(qualified(facts, 'payment-1', 3), qualified(facts, 'payment-2', 8));
    expect((await assessments()).map(({ sequence, paymentId }) => [sequence, paymentId])).toEqual([[1, null], [2, 'payment-2']]);
  });

  it('happens once for a registration that is told again', async () => {
    const facts = referral();
    await deliver(registered(facts, { ip: '203.0.113.7' }), registered(facts, { ip: '203.0.113.9' }));
    await deliver(registered(facts, { ip: '203.0.113.8' }));
    await deliver(seen(facts.referrerId, ago(DAY), { ip: '203.0.113.8' }), seen(facts.referrerId, ago(DAY), { ip: '203.0.113.9' }));
    expect(await assessments()).toHaveLength(1);
    await deliver(seen(facts.referrerId, ago(DAY), { ip: '203.0.113.7' }));
    expect((await assessments()).map(({ score }) => score)).toEqual([0, 30]);
  });

  it('of two processes that take a sighting and its referral at once always finds the pair', async () => {
    for (let round = 0; round < 20; round += 1) {
      const facts = referral();
      await Promise.all([deliver(registered(facts, { ip: '203.0.113.7' })), deliver(seen(facts.referrerId, ago(DAY), { ip: '203.0.113.7' }))]);
      expect((await assessments()).filter(({ referralId }) => referralId === facts.referralId).at(-1)).toMatchObject({ score: 30 });
    }
  });

  it.each([
    ['none', null, 'no_context'],
    ['garbage', { sealed: 'nothing of ours' }, 'unreadable_context'],
    ['one whose key is gone', { sealed: new Sealer({ keyId: 'gone', publicKey: 'MCowBQYDK2VuAyEAL0C2Ndmlf9nhIihmMn5Kfdn2FfEBEChnFsl1mmAwlBE' }).seal({ ip: '203.0.113.7' }) }, 'unreadable_context'],
    ['an address that is none', { ip: 'localhost' }, 'invalid_ip'],
  ])('goes on when the context is %s, with a note', async (_name, context, note) => {
    const facts = referral();
    await deliver(registered(facts, context));
    expect(await assessments()).toMatchObject([{ score: 0, signals: [] }]);
    expect(await t.rows('select notes from fraud.assessment')).toEqual([{ notes: [note] }]);
  });

  it('keeps the newest age of an account', async () => {
    const user = (createdAt: Date | null) => ({
      userId: 'u', displayName: null, createdAt: createdAt?.toISOString() ?? null, isActive: true, isVerified: false, locale: null,
      stripeCustomerId: null, sealedEmail: null, occurredAt: NOW.toISOString(),
    });
    await deliver(event(events.userUpdated, user(ago(DAY)), 3), event(events.userUpdated, user(null), 1));
    await deliver(event(events.userUpdated, user(NOW), 2));
    expect(await t.rows('select created_at, sequence from fraud.account')).toEqual([{ created_at: ago(DAY), sequence: 3 }]);
  });

  const user = (userId: string, { email, createdAt }: { email?: string; createdAt?: Date }, sequence = 1) => event(events.userUpdated, {
    userId, displayName: null, createdAt: createdAt?.toISOString() ?? null, isActive: true, isVerified: false, locale: null,
    stripeCustomerId: null, sealedEmail: email === undefined ? null : sealer.seal({ email }), occurredAt: ago(DAY).toISOString(),
  }, sequence);
  const lookedUp = (codeId: string, at: Date, ip: string) =>
    event(events.codeLookedUp, { codeId, lookedUpAt: at.toISOString(), context: sealed({ ip }) });

  it('takes the facts of a group before its sign-ups', async () => {
    const [facts, both] = [referral(), { ip: '203.0.113.7', deviceId: 'd-1' }];
    await deliver(registered(facts, both), lookedUp(facts.codeId, ago(2 * SECOND), '203.0.113.7'), seen(facts.referrerId, ago(DAY), both));
    expect(await assessments()).toEqual([expect.objectContaining({ sequence: 1, signals: ['same_ip', 'same_device', 'rapid_registration'] })]);
  });

  const inBothOrders = async (facts: Facts, context: ClientContext, told: () => AnyEvent): Promise<string[][]> => {
    const results: string[][] = [];
    for (const isLate of [false, true]) {
      await t.rows('truncate fraud.outbox, fraud.outbox_unsent, fraud.inbox, fraud.fact, fraud.mailbox, fraud.account, fraud.look_up, fraud.box, fraud.assessment');
      const story = [told(), registered(facts, context)];
      for (const one of isLate ? story.reverse() : story) await deliver(one);
      results.push((await assessments()).at(-1)!.signals);
    }
    return results;
  };

  it.each([
    ['ann.lee+x@gmail.com', 'annlee@googlemail.com', ['similar_email']],
    ['ann1@example.org', 'ann2@example.org', ['similar_email']],
    ['ann1@example.org', 'ann2@example.net', []],
    ['an1@example.org', 'an2@example.org', []],
    ['ann@example.org', 'x@sub.mailinator.com', ['disposable_email']],
    ['x1@mailinator.com', 'friend@example.org', []],
  ])('of a referrer %s and a referee %s, whichever is told first', async (theirs, mine, signals) => {
    const facts = referral();
    expect(await inBothOrders(facts, { email: mine }, () => user(facts.referrerId, { email: theirs }))).toEqual([signals, signals]);
  });

  it('hears of the referee’s e-mail after the sign-up', async () => {
    const facts = referral();
    await deliver(registered(facts, null));
    await deliver(user(facts.refereeId, { email: 'somebody@mailinator.com' }));
    expect((await assessments()).map(({ score }) => score)).toEqual([0, 20]);
  });

  it.each([
    ['7 days', 7 * DAY, []],
    ['7 days less a second', 7 * DAY - SECOND, ['new_account_referrer']],
  ])('of a referrer whose account is %s old, whichever is told first', async (_name, age, signals) => {
    const facts = referral();
    expect(await inBothOrders(facts, {}, () => user(facts.referrerId, { createdAt: ago(age) }))).toEqual([signals, signals]);
  });

  it.each([
    [30, '203.0.113.7', ['rapid_registration']],
    [31, '203.0.113.7', []],
    [10, '203.0.113.8', []],
    [-1, '203.0.113.7', []],
  ])('%i s after the code was first looked up from %s, whichever is told first', async (seconds, ip, signals) => {
    const facts = referral();
    expect(await inBothOrders(facts, { ip: '203.0.113.7' }, () => lookedUp(facts.codeId, ago(seconds * SECOND), ip))).toEqual([signals, signals]);
  });

  it.each([
    ['its address type', { ip: '203.0.113.7', ipType: 'vpn' as const }, ['vpn_proxy']],
    ['the list of networks', { ip: '52.95.110.1' }, ['vpn_proxy']],
    ['a host that knows better than the list', { ip: '52.95.110.1', ipType: 'business' as const }, []],
    ['nothing', { ip: '203.0.113.7' }, []],
  ])('knows a masked address by %s', async (_name, context, signals) => {
    await deliver(registered(referral(), context));
    expect((await assessments()).at(-1)!.signals).toEqual(signals);
  });

  it.each([[4, []], [5, ['bulk_registrations']]])('of registration %i in an hour', async (count, signals) => {
    const told = registered(referral(), null);
    Object.assign(told.data, { referrerRegistrationsLastHour: count });
    await deliver(told);
    expect((await assessments()).at(-1)!.signals).toEqual(signals);
  });

  it.each([
    [DAY, null, ['instant_qualification', 'minimal_activity']],
    [DAY + SECOND, null, ['minimal_activity']],
    [DAY + SECOND, DAY, []],
    [DAY + SECOND, DAY + 2 * SECOND, ['minimal_activity']],
  ])('qualified %i ms after it, with activity after %s', async (qualifiedAfter, activeAfter, signals) => {
    const facts = referral();
    const firstActivityAt = activeAfter === null ? null : shift(NOW, activeAfter).toISOString();
    await deliver(registered(facts, null));
    await deliver(event(events.referralQualified, { ...facts, qualifiedAt: shift(NOW, qualifiedAfter).toISOString(), paymentId: 'p', firstActivityAt }, 3));
    expect((await assessments()).at(-1)!.signals).toEqual(signals);
  });

  it('tells how many others share the address', async () => {
    const facts = referral();
    const shared = { ip: '203.0.113.7' };
    await deliver(...Array.from({ length: 3 }, (_, other) => seen(`other-${other}`, ago(DAY), shared)), seen(facts.referrerId, ago(DAY), shared));
    await deliver(registered(facts, shared));
    const [told] = await t.emitted('fraud', 'referral.assessed');
    expect(told!.data).toMatchObject({ signals: [{ signal: 'same_ip', evidence: { othersAtAddress: 3 } }] });
  });

  it('leaves no raw value in the database or in the log', async () => {
    const raw: ClientContext = { ip: '198.51.100.77', deviceId: 'planted-device-4711', userAgent: 'planted-agent/1.0', email: 'planted@example.org' };
    const facts = referral();
    await deliver(seen(facts.referrerId, ago(DAY), raw), registered(facts, raw), qualified(facts, 'payment-1'), registered(referral(), { ...raw, ip: 'planted-address' }));
    const tables = await t.rows<{ name: string }>(`select quote_ident(table_name) as name from information_schema.tables where table_schema = 'fraud' and table_type = 'BASE TABLE'`);
    let text = readFileSync(join(folder, 'log'), 'utf8');
    for (const { name } of tables) text += (await t.rows<{ row: string }>(`select t::text as row from fraud.${name} t`)).map(({ row }) => row).join('\n');
    expect(text).toContain(facts.referralId);
    expect(text).toContain('context_ignored');
    for (const value of ['198.51.100', 'planted', Buffer.from(raw.ip!).toString('hex'), Buffer.from('planted').toString('hex')]) expect(text).not.toContain(value);
  });
});

function* permutations<T>(items: T[]): Generator<T[]> {
  if (items.length === 0) yield [];
  for (const [index, item] of items.entries()) for (const rest of permutations(items.filter((_, other) => other !== index))) yield [item, ...rest];
}
