import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secrets } from '@referrals/config';
import { applyEvents, openLog, subscriptionsOf, type AnyEvent, type Room } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { formatMessage, type Notice } from './format-message.js';
import { NotificationsController } from './notifications.controller.js';

const AT = '2026-04-01T09:00:00.000Z';
const PAID: Notice = {
  kind: 'payment', name: 'Nina B.', payment: { amount: 123_456, currency: 'EUR', periodDays: 31, cashback: 12_345 }, progress: { paidReferees: 3, level: 1, nextLevelAt: 25 },
};
/** Formats put narrow and other spaces between digits and signs. */
const plain = (text: string): string => text.replace(/\s/gu, ' ');

describe('a message', () => {
  it.each([
    ['en', 'Nina B. paid €1,234.56 for 31 days. Your cashback: €123.45. Paying referrals still missing for level 2: 22.'],
    ['de', 'Nina B. hat 1.234,56 € für 31 Tage bezahlt. Dein Cashback: 123,45 €. Bis Stufe 2 fehlen noch zahlende Empfehlungen: 22.'],
    ['ru', 'Оплата 1 234,56 € за 31 день: Nina B.. Ваш кэшбэк: 123,45 €. До уровня 2 осталось платящих приглашённых: 22.'],
  ] as const)('about a payment in %s', (locale, text) => expect(plain(formatMessage(PAID, locale).text)).toBe(text.replace('Nina B..', 'Nina B.')));

  it('about a currency without minor units, of somebody without a name, at the top', () => {
    const notice: Notice = { ...PAID, name: null, payment: { amount: 5_000, currency: 'JPY', periodDays: null, cashback: 500 }, progress: { paidReferees: 60, level: 3, nextLevelAt: null } };
    expect(plain(formatMessage(notice, 'en').text)).toBe('Somebody paid ¥5,000. Your cashback: ¥500. You have reached the highest level.');
  });

  it.each([[1, '1 день'], [3, '3 дня'], [14, '14 дней'], [21, '21 день']] as const)('about a trial of %i days in Russian', (trialDays, text) =>
    expect(plain(formatMessage({ kind: 'trial', name: 'Nina', trialDays }, 'ru').text)).toBe(`Начат пробный период на ${text}: Nina.`));

  it.each([
    ['en', 'registration', 'A new referral', 'Nina B. signed up with your code.'],
    ['de', 'registration', 'Eine neue Empfehlung', 'Nina B. hat sich mit deinem Code angemeldet.'],
    ['ru', 'registration', 'Новое приглашение', 'Регистрация по вашему коду: Nina B.'],
    ['en', 'trial', 'A trial has begun', 'Nina B. started a trial of 14 days.'],
    ['de', 'trial', 'Eine Probezeit hat begonnen', 'Nina B. testet das Produkt für 14 Tage.'],
    ['ru', 'trial', 'Начался пробный период', 'Начат пробный период на 14 дней: Nina B.'],
  ] as const)('in %s about a %s', (locale, kind, title, text) => {
    const { title: told, text: said } = formatMessage({ kind, name: 'Nina B.', ...(kind === 'trial' && { trialDays: 14 }) }, locale);
    expect([told, plain(said)]).toEqual([title, text]);
  });

  it.each([['en', 'Somebody started a trial.'], ['de', 'Jemand hat eine Probezeit begonnen.'], ['ru', 'Начат пробный период: Кто-то.']] as const)(
    'in %s of somebody without a name, about a trial without an end', (locale, text) => expect(formatMessage({ kind: 'trial', name: null }, locale).text).toBe(text));

  it.each([['en', 'You earned cashback'], ['de', 'Du hast Cashback bekommen'], ['ru', 'Вам начислен кэшбэк']] as const)(
    'about a payment has its title in %s', (locale, title) => expect(formatMessage(PAID, locale).title).toBe(title));
});

describe('a referrer', () => {
  let t: TestDatabase;
  let db: Database;
  let folder: string;
  let controller: NotificationsController;
  beforeAll(async () => {
    t = await TestDatabase.create();
    db = await t.open('notifications');
    folder = mkdtempSync(join(tmpdir(), 'referrals-notices-'));
    controller = new NotificationsController({ db, log: openLog('notifications', { level: 'silent' }), secrets: new Secrets(folder) } as Room);
  });
  afterAll(async () => {
    await t.close();
    rmSync(folder, { recursive: true });
  });

  const event = (type: string, aggregateId: string, data: object, sequence = 1): AnyEvent =>
    ({ id: uuidv7(), type, aggregateId, sequence, occurredAt: AT, data }) as unknown as AnyEvent;
  const story = (n: number): AnyEvent[] => {
    const facts = { referralId: uuidv7(), referrerId: `till-${n}`, refereeId: `nina-${n}`, codeId: uuidv7(), sourceAppId: 'chat', registeredAt: AT };
    const user = { createdAt: null, isActive: true, isVerified: true, stripeCustomerId: null, sealedEmail: null, occurredAt: AT };
    return [
      event('user.updated', `till-${n}`, { ...user, userId: `till-${n}`, displayName: 'Till', locale: 'de-AT' }),
      event('user.updated', `nina-${n}`, { ...user, userId: `nina-${n}`, displayName: 'Nina Berg', locale: null }),
      event('referral.registered', facts.referralId, { ...facts, codeType: 'auto', arrivedAt: AT, referrerRegistrationsLastHour: 1, context: null }),
      event('trial.started', `trial-${n}`, { userId: `nina-${n}`, appId: 'chat', periodDays: 14, occurredAt: AT }),
      event('payment.settled', `pay-${n}`, { paymentId: `pay-${n}`, userId: `nina-${n}`, kind: 'purchase', amount: 999, currency: 'EUR', periodDays: 30, occurredAt: AT }),
      event('bonus.paid', uuidv7(), {
        bonusId: uuidv7(), referralId: facts.referralId, userId: `till-${n}`, party: 'referrer', event: 'cashback', appId: null, unit: 'EUR', amount: 99, paymentId: `pay-${n}`,
      }),
    ];
  };
  const told = async (userId: string) => (await t.emitted('notifications', 'notification.referrer')).map(({ data }) => data).filter((data) => data['userId'] === userId);

  it('hears of registration, trial and payment once each, in their language, whatever comes first and however often', async () => {
    for (let n = 0; n < 6; n += 1) {
      const [till, nina, ...rest] = story(n);
      const turned = [...rest.slice(n % 4), ...rest.slice(0, n % 4)];
      const order = n < 4 ? turned : turned.toReversed();
      for (const one of [till!, nina!, ...order, ...order]) await db.transaction((tx) => applyEvents(tx, subscriptionsOf(controller), [one]));
      const messages = await told(`till-${n}`);
      expect(messages.map((data) => data['kind']).sort()).toEqual(['payment', 'registration', 'trial']);
      expect(messages.find((data) => data['kind'] === 'payment')).toMatchObject({
        locale: 'de', payment: { amount: 999, currency: 'EUR', periodDays: 30, cashback: 99 }, progress: { paidReferees: 1, level: 1, nextLevelAt: 25 },
      });
      expect(plain(messages.find((data) => data['kind'] === 'trial')!['text'] as string)).toBe('Nina B. testet das Produkt für 14 Tage.');
    }
  });

  it('hears of a trial once, however often its subscription is reported', async () => {
    const [till, nina, registered, trial] = story(8);
    const reports = [trial!, ...[1, 2].map((n) => event('trial.started', `subscription-${n}`, { userId: 'nina-8', appId: null, periodDays: 14, occurredAt: AT }))];
    for (const group of [[till!, nina!, registered!, ...reports], reports.map((one) => ({ ...one, id: uuidv7(), aggregateId: uuidv7() }))]) {
      await db.transaction((tx) => applyEvents(tx, subscriptionsOf(controller), group));
    }
    expect((await told('till-8')).map((data) => data['kind']).sort()).toEqual(['registration', 'trial']);
  });

  it('hears nothing of imported people, who count for the level when they have paid', async () => {
    const [till, nina, registered, trial, payment, cashback] = story(10);
    const facts = { ...(registered!.data as object), activatedAt: AT, retainedAt: null };
    const imported = [['olga', AT], ['petra', null]].map(([refereeId, qualifiedAt]) => ({ ...facts, referralId: uuidv7(), refereeId, qualifiedAt }));
    const olgas = { ...trial!, id: uuidv7(), aggregateId: 'trial-olga', data: { ...(trial!.data as object), userId: 'olga' } } as AnyEvent;
    for (const one of [till!, nina!, olgas, event('referrals.imported', uuidv7(), { referrals: imported }), registered!, payment!, cashback!]) {
      await db.transaction((tx) => applyEvents(tx, subscriptionsOf(controller), [one]));
    }
    const messages = await told('till-10');
    expect(messages.map(({ kind, refereeId }) => [kind, refereeId]).sort()).toEqual([['payment', 'nina-10'], ['registration', 'nina-10']]);
    expect(messages.find(({ kind }) => kind === 'payment')).toMatchObject({ progress: { paidReferees: 2 } });
  });

  it('hears nothing of people who came without a code', async () => {
    const alone = story(9).filter(({ type }) => type === 'trial.started' || type === 'payment.settled');
    await db.transaction((tx) => applyEvents(tx, subscriptionsOf(controller), alone));
    expect(await told('till-9')).toEqual([]);
  });
});
