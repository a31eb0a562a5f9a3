import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { ResolvedCode } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { recordActivity } from './record-activity.js';
import { registerReferrals, type Registration, type RegistrationReply } from './register-referrals.js';

const NOW = new Date('2026-06-15T12:00:00.000Z');
let test: TestDatabase;
let db: Database;

beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('relationships');
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.owner.query('truncate relationships.referral, relationships.code_use, relationships.activity, relationships.outbox, relationships.outbox_unsent');
  await test.setClock(NOW);
});

type Found = Exclude<ResolvedCode, { problem: string }>;
const codeOf = (ownerId: string, more: Partial<Found> = {}): Found => ({
  codeId: uuidv7(), ownerId, type: 'auto', isActive: true, expiresAt: null, maxUses: null, dailyLimit: null, ...more,
});

const register = (list: [refereeId: string, code: ResolvedCode, more?: Partial<Registration>][], on = db): Promise<Outcome<RegistrationReply>[]> =>
  on.transaction((tx) => registerReferrals(tx, list.map(([refereeId, , more]) => ({ refereeId, code: 'CODE', ...more })), list.map(([, code]) => code)));
const word = (outcome: Outcome<RegistrationReply> | undefined): string => (outcome instanceof Refusal ? outcome.code : outcome!.outcome);
const words = async (list: Parameters<typeof register>[0]): Promise<string[]> => (await register(list)).map(word);

describe('the outcomes of a registration', () => {
  it('registers, answers the same referrer alike and never changes the referrer', async () => {
    const till = codeOf('till');
    const [first] = await register([['nina', till]]);
    const [again] = await register([['nina', codeOf('till')]]);
    expect([word(first), word(again)]).toEqual(['registered', 'already_registered']);
    expect((again as RegistrationReply).referral).toEqual((first as RegistrationReply).referral);
    expect(await words([['nina', codeOf('mallory')]])).toEqual(['already_referred']);
    expect(await test.rows('select referrer_id from relationships.referral')).toEqual([{ referrer_id: 'till' }]);
    expect(await test.emitted('relationships')).toHaveLength(1);
  });

  it('answers with the first word that fits', async () => {
    await register([['taken', codeOf('till')]]);
    const closed = { isActive: false, expiresAt: NOW.toISOString() };
    expect(await words([
      ['a', { problem: 'invalid_format' }],
      ['a', { problem: 'invalid_token' }],
      ['a', { problem: 'not_found' }],
      ['a', codeOf('a', closed)],
      ['taken', codeOf('till', closed)],
      ['taken', codeOf('other', closed)],
      ['a', codeOf('till', closed)],
      ['a', codeOf('till', { expiresAt: NOW.toISOString() })],
      ['till', codeOf('taken', { maxUses: 1 })],
      ['a', codeOf('till', { expiresAt: new Date(NOW.getTime() + 1).toISOString() })],
    ])).toEqual([
      'invalid_format', 'invalid_token', 'not_found', 'self_referral', 'already_registered', 'already_referred', 'inactive', 'expired', 'referral_loop', 'registered',
    ]);
  });

  it('refuses what lies more than five minutes ahead, and takes the past as it is told', async () => {
    const ahead = (ms: number) => ({ occurredAt: new Date(NOW.getTime() + ms).toISOString() });
    expect(await words([['a', codeOf('till'), ahead(300_001)], ['b', codeOf('till'), ahead(300_000)], ['c', codeOf('till'), ahead(-86_400_000)]])).toEqual([
      'occurred_in_future', 'registered', 'registered',
    ]);
  });

  it('lets one refused item fail none of its neighbours, in a list where they need each other', async () => {
    const one = codeOf('till', { maxUses: 2 });
    expect(await words([['a', one], ['b', one], ['c', one], ['a', one], ['till', codeOf('a')], ['d', codeOf('c')]])).toEqual([
      'registered', 'registered', 'exhausted', 'already_registered', 'referral_loop', 'registered',
    ]);
    expect(await test.rows('select uses from relationships.code_use where code_id = $1', [one.codeId])).toEqual([{ uses: 2 }]);
  });

  it('counts 20 registrations a day for a referrer and frees one as the window slides', async () => {
    const till = codeOf('till');
    const many = Array.from({ length: 21 }, (_, n): [string, ResolvedCode] => [`u${n}`, till]);
    expect((await words(many)).filter((outcome) => outcome === 'rate_limited')).toHaveLength(1);
    expect(await words([['crowd', codeOf('till', { type: 'campaign' })]])).toEqual(['registered']);
    await test.setClock(new Date(NOW.getTime() + 86_400_000 - 1));
    expect(await words([['late', till]])).toEqual(['rate_limited']);
    await test.setClock(new Date(NOW.getTime() + 86_400_000));
    expect(await words([['late', till]])).toEqual(['registered']);
  });

  it('counts a campaign against its own daily limit alone', async () => {
    const fair = codeOf('till', { type: 'campaign', dailyLimit: 30 });
    const many = Array.from({ length: 31 }, (_, n): [string, ResolvedCode] => [`u${n}`, fair]);
    expect((await words(many)).filter((outcome) => outcome === 'registered')).toHaveLength(30);
    expect(await words([['more', fair]])).toEqual(['rate_limited']);
  });

  it('tells who met a full limit when it opens: when the registration that fills it leaves the day', async () => {
    const [till, fair] = [codeOf('till'), codeOf('till', { type: 'campaign', dailyLimit: 3 })];
    const at = (hours: number) => test.setClock(new Date(NOW.getTime() + hours * 3_600_000));
    for (let hour = 0; hour < 20; hour += 1) {
      await at(hour);
      await register([[`u${hour}`, till], ...(hour < 5 ? [[`f${hour}`, fair] as [string, ResolvedCode]] : [])]);
    }
    await at(20);
    // the oldest of 20, and of the campaign's three: hours 0 to 2, as 3 and 4 found them there
    const waits = (await register([['late', till], ['later', codeOf('till')], ['last', fair]])).map((outcome) => (outcome as Refusal).retryAfterSeconds);
    expect(waits).toEqual([4 * 3_600, 4 * 3_600, 4 * 3_600]);
    await at(25.5);
    expect(await words([['late', till], ['later', till]])).toEqual(['registered', 'registered']);
    const [told] = await register([['over', till]]);
    expect((told as Refusal).retryAfterSeconds).toBe(30 * 60);
  });

  it('takes up what the referee did before the referral was told', async () => {
    const at = (minutes: number) => new Date(NOW.getTime() - 3_600_000 + minutes * 60_000).toISOString();
    await db.transaction((tx) => recordActivity(tx, [
      { id: '1', userId: 'nina', kind: 'app_used', appId: 'chat', occurredAt: at(10) },
      { id: '2', userId: 'nina', kind: 'app_used', appId: 'picture', occurredAt: at(20) },
    ]));
    const [outcome] = await register([['nina', codeOf('till'), { appId: 'chat', occurredAt: at(0) }]]);
    expect((outcome as RegistrationReply).referral).toMatchObject({ stage: 'activated', activatedAt: at(10), appsUsed: ['chat', 'picture'] });
    expect((await test.emitted('relationships')).map((event) => event.type)).toEqual(['referral.registered', 'referral.activated', 'referral.app_activated']);
  });
});

describe('registrations that race', () => {
  it('never pass the maximum of a code: exactly 10 of 100', async () => {
    const code = codeOf('till', { type: 'campaign', maxUses: 10 });
    const outcomes = await Promise.all(Array.from({ length: 100 }, (_, n) => register([[`u${n}`, code]])));
    const said = outcomes.map(([outcome]) => word(outcome));
    expect(said.filter((outcome) => outcome === 'registered')).toHaveLength(10);
    expect(said.filter((outcome) => outcome === 'exhausted')).toHaveLength(90);
    expect(await test.rows('select uses from relationships.code_use')).toEqual([{ uses: 10 }]);
    expect(await test.rows('select count(*)::int as n from relationships.referral')).toEqual([{ n: 10 }]);
  });

  it('never pass the daily limit of a referrer', async () => {
    const code = codeOf('till');
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, n) => register([[`u${n}`, code]])));
    expect(outcomes.filter(([outcome]) => word(outcome) === 'registered')).toHaveLength(20);
  });

  it('give one referee one referrer: twenty codes, one winner, the others told so', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => register([['nina', codeOf(`referrer-${n}`)]])));
    const said = outcomes.map(([outcome]) => word(outcome));
    expect(said.filter((outcome) => outcome === 'registered')).toHaveLength(1);
    expect(said.filter((outcome) => outcome === 'already_referred')).toHaveLength(19);
  });
});

describe('the database itself', () => {
  it('refuses to change who referred whom, for the room and for the owner', async () => {
    await register([['nina', codeOf('till')]]);
    await expect(db.rows("update referral set referrer_id = 'mallory'")).rejects.toThrow('permission denied');
    await expect(db.rows('delete from referral')).rejects.toThrow('permission denied');
    await expect(test.rows("update relationships.referral set referrer_id = 'mallory'")).rejects.toThrow('never changes');
  });

  it('refuses a cycle whatever inserts it', async () => {
    const insert = (referee: string, referrer: string) => test.rows(
      `insert into relationships.referral (id, referrer_id, referee_id, code_id, code_type, registered_at, arrived_at)
       values (gen_random_uuid(), $2, $1, gen_random_uuid(), 'auto', now(), now())`, [referee, referrer]);
    await insert('b', 'a');
    await insert('c', 'b');
    await expect(insert('a', 'c')).rejects.toThrow('referral_loop');
    await expect(insert('x', 'x')).rejects.toThrow('referral_not_of_oneself');
  });

  it('lets a room see no other schema', async () => {
    await expect(db.rows('select 1 from rewards.outbox')).rejects.toThrow('permission denied for schema rewards');
    await expect(db.rows('select 1 from codes.outbox')).rejects.toThrow('permission denied for schema codes');
  });
});
