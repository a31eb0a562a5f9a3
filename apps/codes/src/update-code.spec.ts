import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Code } from '@referrals/contracts';
import { connectNats, Bus, type Room } from '@referrals/messaging';
import { TestDatabase } from '@referrals/testing';
import type { Database } from '@referrals/persistence';
import { createCode, type Creation } from './create-code.js';
import { exactUses, updateCode, type Update } from './update-code.js';

let t: TestDatabase;
let db: Database;
let made = 0;
beforeAll(async () => {
  t = await TestDatabase.create();
  db = await t.open('codes');
});
afterAll(() => t.close());

const create = async (more: Partial<Creation> = {}): Promise<Code> =>
  (await db.transaction((tx) => createCode(tx, { userId: `owner-${(made += 1)}`, type: 'custom', code: `UPDATE-${made}`, ...more }))) as Code;
const update = (code: Code, changes: Omit<Update, 'codeId'>, uses: number | null = null) =>
  db.transaction((tx) => updateCode(tx, { codeId: code.id, ...changes }, uses));

describe('changing a code', () => {
  it('leaves what the request does not name', async () => {
    const code = await create({ maxUses: 3, expiresAt: '2027-01-01T00:00:00.000Z', metadata: { a: 1 } });
    expect(await update(code, {})).toEqual(code);
    expect(await update(code, { isActive: false })).toEqual({ ...code, isActive: false });
  });

  it('takes limits away with null', async () => {
    const code = await create({ type: 'campaign', maxUses: 3, dailyLimit: 2, expiresAt: '2027-01-01T00:00:00.000Z', metadata: { a: 1 } });
    const changed = await update(code, { maxUses: null, dailyLimit: null, expiresAt: null, metadata: null });
    expect(changed).toEqual({ ...code, maxUses: null, dailyLimit: null, expiresAt: null, metadata: null });
  });

  it('clears the reason of a pause when it makes the code active again', async () => {
    const code = await create();
    await t.rows(`update codes.code set is_active = false, paused_reason = 'registrations' where id = $1`, [code.id]);
    expect(await update(code, { metadata: { note: 1 } })).toMatchObject({ isActive: false, pausedReason: 'registrations' });
    expect(await update(code, { isActive: true })).toMatchObject({ isActive: true, pausedReason: null });
  });

  it('loses no change of two at once', async () => {
    const code = await create();
    await Promise.all([update(code, { maxUses: 7 }), update(code, { metadata: { b: 2 } }), update(code, { isActive: false })]);
    expect(await update(code, {})).toEqual({ ...code, maxUses: 7, metadata: { b: 2 }, isActive: false });
  });

  it('is not_found for an id that is no code', async () => {
    expect(await update({ id: '0190a0a0-0000-7000-8000-000000000000' } as Code, { isActive: true })).toMatchObject({ code: 'not_found' });
  });

  it('refuses to change a campaign for whom campaigns are excepted, and changes other codes', async () => {
    const campaign = await create({ type: 'campaign' });
    expect(await update(campaign, { isActive: false, exceptCampaigns: true })).toMatchObject({ code: 'forbidden' });
    expect(await update(await create({}), { isActive: false, exceptCampaigns: true })).toMatchObject({ isActive: false });
  });

  it('gives a daily limit to campaign codes alone', async () => {
    expect(await update(await create(), { dailyLimit: 5 })).toMatchObject({ code: 'invalid_request', errors: [{ path: 'dailyLimit' }] });
    expect(await update(await create({ type: 'campaign' }), { dailyLimit: 5 })).toMatchObject({ dailyLimit: 5 });
  });
});

describe('changing maxUses', () => {
  it('is refused below the present count, whichever of the two counts is ahead', async () => {
    const code = await create({ maxUses: 10 });
    expect(await update(code, { maxUses: 4 }, 5)).toMatchObject({ code: 'invalid_request', errors: [{ path: 'maxUses' }] });
    await t.rows('update codes.code set uses_count = 6 where id = $1', [code.id]);
    expect(await update(code, { maxUses: 5 }, null)).toMatchObject({ code: 'invalid_request' });
    expect(await update(code, { maxUses: 6 }, 6)).toMatchObject({ maxUses: 6 });
  });

  it('is free upwards', async () => {
    const code = await create({ maxUses: 2 });
    expect(await update(code, { maxUses: 3 }, 99)).toMatchObject({ maxUses: 3 });
  });

  it('falls back to the own count while the relationships room is away, and asks it only to lower', async () => {
    const nats = await connectNats(process.env['TEST_NATS_URL']!, 'codes');
    const room = { db, bus: new Bus(nats, 300) } as unknown as Room;
    const code = await create({ maxUses: 5 });
    expect(await exactUses(room, { codeId: code.id, maxUses: 3 })).toBeNull();
    expect(await exactUses(room, { codeId: code.id, maxUses: 9 })).toBeNull();
    expect(await exactUses(room, { codeId: code.id, isActive: true })).toBeNull();
    await nats.close();
  });
});
