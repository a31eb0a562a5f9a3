import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Secrets } from '@referrals/config';
import { events, HOST_EVENTS, SUBSCRIPTIONS } from '@referrals/contracts';
import { applyEvents, openLog, subscriptionsOf, type AnyEvent, type Room } from '@referrals/messaging';
import { encodeCursor, type Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { Patience } from './back-off.js';
import { listDeliveries, resend } from './deliveries.js';
import { createEndpoint, deleteEndpoint, listEndpoints, updateEndpoint } from './endpoints.js';
import { NotificationsController } from './notifications.controller.js';
import { accept, MOODS, Receiver } from './receiver.fixture.js';
import { Sender } from './send-deliveries.js';

const log = openLog('notifications', { level: 'silent' });
/** Three days in a few seconds. */
const SHORT: Patience = { pauses: [30, 60, 100], giveUpAfter: 60_000, disableAfter: 60_000 };

describe('the sender of webhooks', () => {
  let t: TestDatabase;
  let db: Database;
  let folder: string;
  let controller: NotificationsController;
  let receiver: Receiver;
  let senders: Sender[];

  beforeAll(async () => {
    t = await TestDatabase.create();
    db = await t.open('notifications');
    folder = mkdtempSync(join(tmpdir(), 'referrals-webhooks-'));
    controller = new NotificationsController({ db, log, secrets: new Secrets(folder) } as Room);
  });
  afterAll(async () => {
    await t.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    await t.rows('truncate notifications.endpoint, notifications.delivery, notifications.webhook_event, notifications.inbox, notifications.outbox cascade');
    receiver = new Receiver();
    senders = [];
  });
  afterEach(async () => {
    await Promise.all(senders.map((sender) => sender.stop()));
    await receiver.stop();
  });

  const start = (patience = SHORT, timeoutMs = 300): Sender => {
    const sender = new Sender(db, controller.secrets, log, { allowPrivate: true, patience, timeoutMs });
    senders.push(sender);
    sender.start();
    return sender;
  };
  const connect = async (url: string, wanted?: string[]): Promise<string> => {
    const made = await db.transaction((tx) => createEndpoint(tx, { url, ...(wanted && { events: wanted }) }, false, 'spec'));
    if (!('id' in made)) throw new Error('refused');
    receiver.secret = controller.secrets.secretOf(made.id, 1);
    return made.id;
  };
  const paymentSettled = (n: number): AnyEvent => {
    const data = { paymentId: `p-${n}`, userId: 'nina', kind: 'purchase', amount: 999, currency: 'EUR', periodDays: null, occurredAt: '2026-04-01T00:00:00.000Z' };
    return { id: uuidv7(), type: 'payment.settled', aggregateId: data.paymentId, sequence: 1, occurredAt: data.occurredAt, data } as unknown as AnyEvent;
  };
  const receive = (list: AnyEvent[]) => db.transaction((tx) => applyEvents(tx, subscriptionsOf(controller), list));
  const until = async (condition: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> => {
    const end = performance.now() + withinMs;
    while (!(await condition())) {
      if (performance.now() > end) throw new Error('it never came to that');
      await sleep(20);
    }
  };

  it('is told of endpoints, which are listed the newest first, page by page, without those that were deleted', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) ids.unshift(await connect(`http://127.0.0.1:9/${n}`));
    await db.transaction((tx) => deleteEndpoint(tx, ids[1]!, 'spec'));
    const first = await listEndpoints(db, { limit: 2 });
    const second = await listEndpoints(db, { limit: 2, cursor: first.nextCursor! });
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual([ids[0], ids[2], ids[3]]);
    expect([Object.keys(first.data[0]!).includes('secret'), second.nextCursor]).toEqual([false, null]);
    await expect(listEndpoints(db, { limit: 2, cursor: encodeCursor(['x']) })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('hears every event of hosts', () => {
    expect(new Set(subscriptionsOf(controller).map(({ kind }) => kind.type))).toEqual(new Set(SUBSCRIPTIONS.notifications.map(({ type }) => type)));
    expect(HOST_EVENTS).not.toContain(events.activityObserved);
  });

  it.each(Object.keys(MOODS))('brings every event in the end to a receiver that for a while %s', async (mood) => {
    receiver.mood = MOODS[mood]!;
    await connect(await receiver.start());
    const list = Array.from({ length: 20 }, (_, n) => paymentSettled(n));
    await receive([...list, ...list]);
    start();
    start();
    await until(async () => (await listDeliveries(db, { limit: 100 })).data.every(({ attempts }) => attempts > 1));
    expect(receiver.accepted).toEqual([]);
    receiver.mood = accept;
    await until(() => receiver.accepted.length >= 20);
    await until(async () => (await listDeliveries(db, { status: 'pending', limit: 1 })).data.length === 0);
    expect(new Set(receiver.accepted.map(({ id }) => id))).toEqual(new Set(list.map(({ id }) => id)));
    expect(receiver.badSignatures).toBe(0);
    expect([...receiver.paths]).toEqual(['/hook']);
    const { data } = await listDeliveries(db, { status: 'delivered', limit: 100 });
    expect(data.length).toBe(20);
    expect(data.every(({ attempts, lastStatus, lastError }) => attempts > 1 && lastStatus === 200 && lastError === null)).toBe(true);
  }, 60_000);

  it('brings every event in the end to a receiver that was down', async () => {
    const url = await receiver.start();
    await receiver.stop();
    await connect(url);
    await receive([paymentSettled(1), paymentSettled(2)]);
    start();
    await until(async () => (await listDeliveries(db, { limit: 10 })).data.every(({ attempts, lastError }) => attempts > 3 && lastError === 'not_reachable'));
    await receiver.start();
    await until(() => receiver.accepted.length === 2);
  }, 30_000);

  it('lets nobody wait for an endpoint that hangs', async () => {
    const slow = new Receiver();
    slow.mood = MOODS['hangs']!;
    await connect(await slow.start());
    slow.secret = receiver.secret;
    await connect(await receiver.start());
    await receive(Array.from({ length: 100 }, (_, n) => paymentSettled(n)));
    start(SHORT, 5_000);
    await until(() => receiver.accepted.length === 100, 4_000);
    expect(slow.attempts).toBeLessThanOrEqual(8);
    await slow.stop();
  }, 30_000);

  it('sends what an endpoint asked for and nothing else, and nothing that is sealed', async () => {
    await connect(await receiver.start(), ['user.updated']);
    const data = {
      userId: 'nina', displayName: 'Nina Berg', createdAt: null, isActive: true, isVerified: true, locale: 'de', stripeCustomerId: null, sealedEmail: 'box',
      occurredAt: '2026-04-01T00:00:00.000Z',
    };
    const updated = { id: uuidv7(), type: 'user.updated', aggregateId: 'nina', sequence: 3, occurredAt: data.occurredAt, data } as unknown as AnyEvent;
    await receive([paymentSettled(1), updated]);
    start();
    await until(() => receiver.accepted.length === 1);
    expect(receiver.accepted).toEqual([{ id: updated.id, type: 'user.updated', aggregateId: 'nina', sequence: 3, occurredAt: data.occurredAt, data: { ...data, sealedEmail: null } }]);
    expect((await listDeliveries(db, { limit: 10 })).data.length).toBe(1);
  });

  it('signs with both secrets for a while after a rotation', async () => {
    const id = await connect(await receiver.start());
    await db.transaction((tx) => updateEndpoint(tx, { id, rotateSecret: true }, false, 'spec'));
    start();
    await receive([paymentSettled(1)]);
    await until(() => receiver.accepted.length === 1); // still verifies with the old one
    receiver.secret = controller.secrets.secretOf(id, 2);
    await receive([paymentSettled(2)]);
    await until(() => receiver.accepted.length === 2);
    await t.rows(`update notifications.endpoint set previous_secret_until = previous_secret_until - interval '24 hours'`);
    receiver.secret = controller.secrets.secretOf(id, 1);
    await receive([paymentSettled(3)]);
    await until(() => receiver.badSignatures > 0);
    expect(receiver.accepted.length).toBe(2);
  });

  it('switches an endpoint off that fails for too long, says so, and goes on when it is switched on again', async () => {
    receiver.mood = MOODS['answers 500']!;
    const id = await connect(await receiver.start());
    await receive([paymentSettled(1)]);
    start({ ...SHORT, disableAfter: 500 });
    await until(async () => (await t.emitted('notifications', 'webhook_endpoint.disabled')).length === 1);
    const [row] = await t.rows('select is_active, disabled_reason from notifications.endpoint');
    expect(row).toEqual({ is_active: false, disabled_reason: 'failing' });
    receiver.mood = accept;
    await sleep(500);
    expect(receiver.accepted).toEqual([]);
    await db.transaction((tx) => updateEndpoint(tx, { id, isActive: true }, false, 'spec'));
    await until(() => receiver.accepted.length === 1);
  });

  it('gives an event up after its time, and sends it again when asked', async () => {
    receiver.mood = MOODS['answers 500']!;
    await connect(await receiver.start());
    await receive([paymentSettled(1)]);
    await t.rows(`update notifications.delivery set give_up_at = give_up_at - interval '3 days'`);
    start();
    await until(async () => (await listDeliveries(db, { status: 'failed', limit: 1 })).data.length === 1);
    receiver.mood = accept;
    const { data: [failed] } = await listDeliveries(db, { limit: 1 });
    expect(failed).toMatchObject({ status: 'failed', lastStatus: 500, lastError: 'refused', nextAttemptAt: null });
    await db.transaction((tx) => resend(tx, failed!.id, SHORT));
    await until(() => receiver.accepted.length === 1);
    await db.transaction((tx) => resend(tx, failed!.id, SHORT)); // whatever became of it
    await until(() => receiver.accepted.length === 2);
  });

  it('sends again what is asked for while an attempt is under way, whatever becomes of that', async () => {
    receiver.mood = (request, response) => (setTimeout(() => accept(request, response), 200), 'accepted');
    await connect(await receiver.start());
    await receive([paymentSettled(1)]);
    start();
    await until(() => receiver.accepted.length === 1);
    const { data: [underWay] } = await listDeliveries(db, { limit: 1 });
    expect(underWay!.status).toBe('pending');
    await db.transaction((tx) => resend(tx, underWay!.id, SHORT));
    await until(() => receiver.accepted.length === 2);
    await until(async () => (await listDeliveries(db, { status: 'delivered', limit: 1 })).data.length === 1);
  });
});
