import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { events } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { applyEvents, type AnyEvent } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { checkRetention } from './check-retention.js';
import { notePayments, noteReturns } from './note-payments.js';
import { recordActivity, type Activity } from './record-activity.js';
import { registerReferrals } from './register-referrals.js';

const START = new Date('2026-03-01T00:00:00.000Z');
const at = (days: number, minutes = 0, seconds = 0): string => new Date(START.getTime() + ((days * 24 * 60 + minutes) * 60 + seconds) * 1_000).toISOString();
let test: TestDatabase;
let db: Database;

beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('relationships');
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.owner.query(`truncate relationships.referral, relationships.code_use, relationships.activity, relationships.payment_fact,
    relationships.inbox, relationships.outbox, relationships.outbox_unsent`);
  await test.setClock(new Date(at(100)));
});

const register = (appId?: string) => db.transaction((tx) => registerReferrals(
  tx, [{ refereeId: 'nina', code: 'CODE', occurredAt: at(0), ...(appId && { appId }) }],
  [{ codeId: uuidv7(), ownerId: 'till', type: 'auto', isActive: true, expiresAt: null, maxUses: null, dailyLimit: null }]));
const act = (list: Omit<Activity, 'userId'>[]) => db.transaction((tx) => recordActivity(tx, list.map((item) => ({ userId: 'nina', ...item }))));
const payment = (id: string, occurredAt: string): AnyEvent => ({
  id: uuidv7(), type: 'payment.settled', aggregateId: id, sequence: 1, occurredAt,
  data: { paymentId: id, userId: 'nina', kind: 'purchase', amount: 999, currency: 'EUR', periodDays: null, occurredAt } as never,
});
/** News of a payment that went back; `revoked` soon enough. */
const refund = (id: string, paidAt: string, sequence: number, isRevoked = true): AnyEvent => ({
  id: uuidv7(), type: 'payment.refunded', aggregateId: id, sequence, occurredAt: paidAt,
  data: {
    paymentId: id, userId: 'nina', amount: 999, currency: 'EUR', paidAt, returnedAmount: 999, returnedAt: paidAt, isRevoked, occurredAt: paidAt,
    refundId: `r-${id}`, appliedAmount: 999,
  } as never,
});
const subscriptions = [
  { kind: events.paymentSettled, handle: notePayments as never }, { kind: events.paymentRefunded, handle: noteReturns as never }];
const deliver = (list: AnyEvent[]) => db.transaction((tx) => applyEvents(tx, subscriptions, list));
const retain = () => db.transaction((tx) => checkRetention(tx, { limit: 100 }));

interface Row { stage: string; activated_at: Date | null; qualified_at: Date | null; retained_at: Date | null; qualifying_payment_id: string | null; told_apps: string[] }
const row = async (): Promise<Row> => (await test.rows<never>('select * from relationships.referral'))[0]!;
const told = async (): Promise<string[]> => (await test.emitted('relationships')).map((event) => event.type);

describe('activation', () => {
  it('counts the use of credits or an app from five minutes after registration on, a trial at once, a login never', async () => {
    await register();
    await act([{ id: '1', kind: 'app_used', appId: 'chat', occurredAt: at(0, 4, 59) }, { id: '2', kind: 'login', occurredAt: at(0, 6) }]);
    expect((await row()).stage).toBe('registered');
    await act([{ id: '3', kind: 'credit_used', occurredAt: at(0, 5) }]);
    expect(await row()).toMatchObject({ stage: 'activated', activated_at: new Date(at(0, 5)) });
    await act([{ id: '4', kind: 'trial_started', occurredAt: at(0, 0, 10) }]);
    expect(await row()).toMatchObject({ activated_at: new Date(at(0, 0, 10)) });
    expect((await told()).filter((type) => type === 'referral.activated')).toHaveLength(1);
  });

  it('ignores what happened before the registration', async () => {
    await register();
    await act([{ id: '1', kind: 'app_used', appId: 'chat', occurredAt: at(-1) }]);
    await deliver([payment('early', at(-1))]);
    expect((await row()).stage).toBe('registered');
  });

  it('keeps an id once: the same content is a duplicate, any other a conflict', async () => {
    await register();
    const use = { id: '1', kind: 'app_used' as const, appId: 'chat', occurredAt: at(1) };
    const outcomes = [...(await act([use, use])), ...(await act([use])), ...(await act([{ ...use, appId: 'mail' }]))];
    expect(outcomes.map((outcome) => (outcome instanceof Refusal ? outcome.code : outcome.outcome))).toEqual(['accepted', 'duplicate', 'duplicate', 'id_conflict']);
    const raced = await Promise.all(Array.from({ length: 20 }, () => act([{ id: '2', kind: 'login', occurredAt: at(2) }])));
    expect(raced.filter(([outcome]) => (outcome as { outcome: string }).outcome === 'accepted')).toHaveLength(1);
  });
});

describe('cross-app activation', () => {
  it('tells the first use of each trackable app other than the one of the sign-up', async () => {
    await register('chat');
    await act(['chat', 'picture', 'mail', 'unknown', 'mail'].map((appId, n) => ({ id: `a${n}`, kind: 'app_used' as const, appId, occurredAt: at(1, n) })));
    const crossed = (await test.emitted('relationships', 'referral.app_activated')).map((event) => event.data['appId']);
    expect(crossed).toEqual(['picture', 'mail']);
  });

  it('takes the first app used for the one of the sign-up when none was told', async () => {
    await register();
    await act([{ id: '1', kind: 'app_used', appId: 'chat', occurredAt: at(2) }]);
    await act([{ id: '2', kind: 'app_used', appId: 'mail', occurredAt: at(1) }]);
    await act([{ id: '3', kind: 'app_used', appId: 'todo', occurredAt: at(3) }]);
    expect(await told()).toHaveLength(1 + 1 + 2); // registered, activated, two of three apps
  });
});

describe('qualification', () => {
  it('comes with the first settled payment, and activates whom nothing had activated', async () => {
    await register();
    await deliver([payment('p1', at(3))]);
    expect(await row()).toMatchObject({ stage: 'qualified', qualified_at: new Date(at(3)), activated_at: new Date(at(3)), qualifying_payment_id: 'p1' });
    expect(await told()).toEqual(['referral.registered', 'referral.activated', 'referral.qualified']);
  });

  it('waits for the referral when the payment comes first', async () => {
    await deliver([payment('p1', at(3))]);
    await register();
    expect(await row()).toMatchObject({ stage: 'qualified', qualifying_payment_id: 'p1' });
    expect(await told()).toEqual(['referral.registered', 'referral.activated', 'referral.qualified']);
  });

  it('moves back to an earlier payment that comes late, and tells nothing again', async () => {
    await register();
    await deliver([payment('p2', at(5))]);
    await deliver([payment('p1', at(3))]);
    expect(await row()).toMatchObject({ qualified_at: new Date(at(3)), qualifying_payment_id: 'p1' });
    expect((await told()).filter((type) => type === 'referral.qualified')).toHaveLength(1);
  });

  it('is the same whichever order six facts arrive in, each of them twice', async () => {
    type Fact = () => Promise<unknown>;
    const facts: Fact[] = [
      () => register('chat'),
      () => act([{ id: 'a1', kind: 'app_used', appId: 'chat', occurredAt: at(1) }]),
      () => act([{ id: 'a2', kind: 'app_used', appId: 'mail', occurredAt: at(2) }]),
      () => act([{ id: 'a3', kind: 'trial_started', occurredAt: at(0, 1) }]),
      () => deliver([payment('p1', at(4))]),
      () => deliver([payment('p2', at(6))]),
    ];
    const states = new Set<string>();
    const types = new Set<string>();
    for (const order of permutations(facts)) {
      for (const fact of [...order, ...order]) await fact();
      states.add(JSON.stringify(await test.rows(
        `select stage, activated_at, qualified_at, qualifying_payment_id, told_apps, first_use_by_app::text from relationships.referral`)));
      types.add((await told()).sort().join());
      await test.owner.query(`truncate relationships.referral, relationships.code_use, relationships.activity, relationships.payment_fact,
        relationships.inbox, relationships.outbox, relationships.outbox_unsent`);
    }
    expect(states.size).toBe(1);
    expect(types.size).toBe(1);
  }, 240_000);
});

describe('a revoked qualification', () => {
  const news = async () => (await test.emitted('relationships')).filter(({ type }) => /qualified|revoked/.test(type)).map(({ type, data }) => [type, data['paymentId']]);

  it('falls back to activated, and the next payment qualifies anew', async () => {
    await register();
    await deliver([payment('p1', at(3))]);
    await deliver([refund('p1', at(3), 2)]);
    expect(await row()).toMatchObject({ stage: 'activated', qualified_at: null, qualifying_payment_id: null, activated_at: new Date(at(3)) });
    await deliver([payment('p2', at(6))]);
    expect(await row()).toMatchObject({ stage: 'qualified', qualified_at: new Date(at(6)), qualifying_payment_id: 'p2' });
    expect(await news()).toEqual([['referral.qualified', 'p1'], ['referral.revoked', 'p1'], ['referral.qualified', 'p2']]);
  });

  it('is the same whether the next payment is there already, and whether the refund is heard of before the payment', async () => {
    await register();
    await deliver([payment('p1', at(3)), payment('p2', at(6))]);
    await deliver([refund('p1', at(3), 2), refund('p1', at(3), 2)]);
    expect(await row()).toMatchObject({ stage: 'qualified', qualifying_payment_id: 'p2' });
    expect(await news()).toEqual([['referral.qualified', 'p1'], ['referral.revoked', 'p1'], ['referral.qualified', 'p2']]);
    await deliver([refund('p2', at(6), 2)]);
    await deliver([refund('p3', at(7), 2)]);
    await deliver([payment('p3', at(7))]);
    expect(await row()).toMatchObject({ stage: 'activated', qualifying_payment_id: null });
    expect((await news()).at(-1)).toEqual(['referral.revoked', 'p2']);
    const sequences = (await test.emitted('relationships')).filter(({ type }) => type.startsWith('referral.')).map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  });

  it('names the payment it was told with, though an earlier one came late, and a dispute won in the end restores it', async () => {
    await register();
    await deliver([payment('p2', at(6))]);
    await deliver([payment('p1', at(3))]);
    await deliver([refund('p1', at(3), 2)]);
    expect(await news()).toEqual([['referral.qualified', 'p2']]);
    await deliver([refund('p2', at(6), 2)]);
    expect(await row()).toMatchObject({ stage: 'activated' });
    await deliver([refund('p2', at(6), 3, false)]);
    expect(await row()).toMatchObject({ stage: 'qualified', qualifying_payment_id: 'p2' });
    expect(await news()).toEqual([['referral.qualified', 'p2'], ['referral.revoked', 'p2'], ['referral.qualified', 'p2']]);
  });

  it('ends the retention that rests on it', async () => {
    await register();
    await deliver([payment('p1', at(29)), payment('p2', at(30))]);
    await test.setClock(new Date(at(31)));
    expect(await retain()).toMatchObject({ changed: 1 });
    await deliver([refund('p1', at(29), 2)]);
    expect(await row()).toMatchObject({ stage: 'qualified', retained_at: null });
    expect(await retain()).toMatchObject({ changed: 1 });
    expect((await test.emitted('relationships', 'referral.retained')).map(({ data }) => data['paymentId'])).toEqual(['p1', 'p2']);
  });
});

describe('retention', () => {
  it('is reached at 30 days and not a second before, when there was activity in the 7 days before', async () => {
    await register();
    await deliver([payment('p1', at(3))]);
    await act([{ id: '1', kind: 'login', occurredAt: at(25) }]);
    await test.setClock(new Date(at(29, 24 * 60 - 1, 59)));
    expect(await retain()).toMatchObject({ changed: 0 });
    await test.setClock(new Date(at(30)));
    expect(await retain()).toMatchObject({ changed: 1, next: null });
    expect(await row()).toMatchObject({ stage: 'retained', retained_at: new Date(at(30)) });
    expect(await retain()).toMatchObject({ changed: 0 });
    expect((await told()).filter((type) => type === 'referral.retained')).toHaveLength(1);
  });

  it('counts activity exactly within 7 days, and comes with the next activity otherwise, however late the check', async () => {
    await register();
    await deliver([payment('p1', at(3))]);
    await act([{ id: '1', kind: 'login', occurredAt: at(23) }]);
    await test.setClock(new Date(at(35)));
    expect(await retain()).toMatchObject({ processed: 1, changed: 0 });
    await act([{ id: '2', kind: 'login', occurredAt: at(33, 7) }]);
    await test.setClock(new Date(at(90)));
    expect(await retain()).toMatchObject({ changed: 1 });
    expect((await row()).retained_at).toEqual(new Date(at(33, 7)));
  });
});

function* permutations<T>(items: T[]): Generator<T[]> {
  if (items.length < 2) return yield items;
  for (const [index, item] of items.entries()) for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest];
}
