import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Programme, SHIPPED_PROGRAMME } from '@referrals/config';
import { encodeCursor, ensureProgramme, type Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { listProgrammes } from './list-programmes.js';
import { getProgramme, putProgramme } from './programme.js';

describe('the programme', () => {
  let t: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    t = await TestDatabase.create();
    db = await t.open('scheduler');
  });
  afterAll(() => t.close());

  const get = () => getProgramme((text, values) => db.rows(text, values));
  const put = (baseVersion: number, programme: object) => db.transaction((tx) => putProgramme(tx, { baseVersion, programme: programme as never }, 'key:1'));
  const withPayment = async (credits: number) => {
    const { programme } = await get();
    return { ...programme, bonuses: { ...(programme['bonuses'] as object), qualified: { referrer: credits, referee: 0 } } };
  };

  it('in force is the shipped one at first, from the beginning of time', async () => {
    const first = await get();
    expect(first).toMatchObject({ version: 1, inForceFrom: null });
    expect(Programme.parse(first.programme)).toEqual(SHIPPED_PROGRAMME);
  });

  it('is in force for every room from the instant it is stored, with what changed in the audit log', async () => {
    await t.setClock(new Date('2026-05-10T12:00:00Z'));
    const made = await put(1, await withPayment(40));
    expect(made).toMatchObject({ version: 2, inForceFrom: '2026-05-10T12:00:00.000Z', createdBy: 'key:1' });
    const rewards = await t.open('rewards');
    expect((await rewards.programme()).bonuses.qualified.referrer).toBe(40);
    const [row] = await t.rows('select actor, action, before, after from scheduler.audit');
    expect(row).toMatchObject({ actor: 'key:1', action: 'programme.changed', before: { version: 1 }, after: { version: 2, bonuses: { qualified: { referrer: 40 } } } });
    expect(Object.keys((row as { after: object }).after)).toEqual(['version', 'bonuses']);
  });

  it('changed by somebody else meanwhile is stale, and changes nothing', async () => {
    const versions = () => t.rows('select version from common.programme');
    const before = await versions();
    expect(await put(1, await withPayment(50))).toMatchObject({ code: 'stale_version' });
    expect(await versions()).toEqual(before);
  });

  it('changed by many at once is changed by one of them', async () => {
    const programme = await withPayment(60);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => put(2, programme)));
    expect(outcomes.filter((outcome) => 'version' in outcome)).toHaveLength(1);
    expect((await get()).version).toBe(3);
  });

  it('must be whole: what is missing, unknown or out of bounds is named', async () => {
    const { tiers: _, ...missing } = (await withPayment(1)) as Record<string, unknown>;
    expect(await put(3, missing)).toMatchObject({ code: 'invalid_request', errors: [{ path: 'programme.tiers' }] });
    expect(await put(3, { ...(await withPayment(1)), surprise: 1 })).toMatchObject({ code: 'invalid_request' });
    expect(await put(3, await withPayment(-1))).toMatchObject({ errors: [{ path: 'programme.bonuses.qualified.referrer' }] });
    expect((await get()).version).toBe(3);
  });

  it('of before is listed too, the newest first, page by page', async () => {
    const first = await listProgrammes(db, { limit: 2 });
    const second = await listProgrammes(db, { limit: 2, cursor: first.nextCursor! });
    expect([...first.data, ...second.data].map(({ version }) => version)).toEqual([3, 2, 1]);
    expect([first.data[0], second]).toEqual([await get(), { data: [expect.objectContaining({ inForceFrom: null })], nextCursor: null }]);
    await expect(listProgrammes(db, { limit: 2, cursor: encodeCursor(['first']) })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('outlives a restart with the same configuration file, and gives way to another file', async () => {
    const configured = SHIPPED_PROGRAMME;
    await ensureProgramme(t.url, configured);
    const { version } = await get();
    await ensureProgramme(t.url, configured);
    expect((await get()).version).toBe(version);
    await ensureProgramme(t.url, { ...configured, access: { days: 46 } });
    expect((await get()).version).toBe(version + 1);
  });
});
