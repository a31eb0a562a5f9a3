import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { events, type Code } from '@referrals/contracts';
import { applyEvents, type AnyEvent, type Subscription } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { v7 as uuidv7 } from 'uuid';
import { issueCodes } from './issue-codes.js';
import { noteRegistrations } from './note-registrations.js';
import { noteUsers } from './note-users.js';

const TIME = '2026-11-01T12:00:00.000Z';
const subscriptions = [
  { kind: events.referralRegistered, handle: noteRegistrations },
  { kind: events.userUpdated, handle: noteUsers },
] as unknown as Subscription[];

let t: TestDatabase;
let db: Database;
let codeIds: string[];
beforeAll(async () => {
  t = await TestDatabase.create();
  db = await t.open('codes');
  const { outcomes } = await db.transaction((tx) => issueCodes(tx, ['a', 'b', 'c']));
  codeIds = (outcomes as Code[]).map(({ id }) => id);
});
afterAll(() => t.close());

const event = (type: string, aggregateId: string, sequence: number, data: object) =>
  ({ id: uuidv7(), type, aggregateId, sequence, occurredAt: TIME, version: 1, data }) as unknown as AnyEvent;
const registered = (codeId: string) => {
  const referralId = uuidv7();
  const facts = { referralId, referrerId: 'a', refereeId: referralId, codeId, sourceAppId: null, registeredAt: TIME };
  return event('referral.registered', referralId, 1, { ...facts, codeType: 'auto', arrivedAt: TIME, referrerRegistrationsLastHour: 1, context: null });
};
const updated = (userId: string, sequence: number, displayName: string | null, occurredAt = TIME) => event('user.updated', userId, sequence, {
  userId, displayName, createdAt: null, isActive: true, isVerified: false, locale: null, stripeCustomerId: null, sealedEmail: null, occurredAt,
});
const deliver = (group: AnyEvent[]) => db.transaction((tx) => applyEvents(tx, subscriptions, group));
const uses = async () => {
  const rows = await t.rows<{ id: string; uses_count: number }>('select id, uses_count from codes.code');
  return codeIds.map((id) => rows.find((row) => row.id === id)!.uses_count);
};
const names = async (userId: string) => (await t.rows<{ short_name: string | null }>('select short_name from codes.display_name where user_id = $1', [userId])).map((row) => row.short_name);

describe('the use count that codes show', () => {
  it('counts each registration once, in groups, twice delivered, in any order', async () => {
    const group = [0, 1, 1, 2, 1, 0].map((n) => registered(codeIds[n]!));
    await deliver(group);
    await deliver([...group].reverse());
    await deliver([...group, ...group, registered(codeIds[2]!)]);
    expect(await uses()).toEqual([2, 3, 2]);
  });

  it('is exact when groups in opposite order meet', async () => {
    const before = await uses();
    const groups = Array.from({ length: 20 }, (_, n) => (n % 2 ? [0, 1, 2] : [2, 1, 0]).map((index) => registered(codeIds[index]!)));
    await Promise.all(groups.map(deliver));
    expect(await uses()).toEqual(before.map((count) => count + 20));
  });

  it('is unmoved by a registration with a code that is not here', async () => {
    const before = await uses();
    await deliver([registered(uuidv7())]);
    expect(await uses()).toEqual(before);
  });
});

describe('display names', () => {
  it('are kept shortened, and nothing else of a user is', async () => {
    await deliver([updated('till', 1, 'Till Schneider')]);
    const rows = await t.rows(`select * from codes.display_name where user_id = 'till'`);
    expect(rows).toEqual([{ user_id: 'till', short_name: 'Till S.', sequence: '1' }]);
  });

  it('are those after the last change, in whatever order the changes come', async () => {
    await deliver([updated('late', 3, 'Third Name', '2026-10-01T00:00:00.000Z'), updated('late', 1, 'First Name')]);
    await deliver([updated('late', 2, 'Second Name')]);
    expect(await names('late')).toEqual(['Third N.']);
    await deliver([updated('late', 5, null)]);
    await deliver([updated('late', 4, 'Fourth Name')]);
    expect(await names('late')).toEqual([null]);
  });
});
