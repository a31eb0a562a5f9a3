import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fraud, type ClientContext, type Ring } from '@referrals/contracts';
import { DAY, shift } from '@referrals/domain';
import { FraudFixture, NOW } from './fraud.fixture.js';

describe('rings', () => {
  let room: FraudFixture;
  const seen = (users: string[], context: ClientContext) => Promise.all(users.map((userId) => room.seen(userId, context)));
  const detect = async (): Promise<number> => {
    for (let after: number | undefined; ;) {
      const { changed, next } = await room.ask(fraud.findRings, { crowd: 20, ...(after !== undefined && { after }) });
      if (next === null) return changed;
      after = next;
    }
  };
  const rings = async (filter: object = {}): Promise<Ring[]> => (await room.ask(fraud.listRings, { minSize: 3, minDevices: 0, limit: 20, ...filter })).data;
  const named = (name: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${name}-${String(n).padStart(2, '0')}`);

  beforeAll(async () => {
    room = await FraudFixture.create();
    // a chain: each next one shares a device with the one before
    const chain = named('chain', 5);
    for (let n = 1; n < chain.length; n += 1) await seen([chain[n - 1]!, chain[n]!], { deviceId: `handed-on-${n}` });
    await seen(named('farm', 4), { deviceId: 'farm-phone', ip: '198.51.100.9' });
    await seen(named('home', 3), { ip: '2001:db8:1:2::1' });
    await seen(['neighbour'], { ip: '2001:db8:1:3::1' });
    await Promise.all(named('alone', 30).map((userId, n) => room.seen(userId, { ip: `203.0.113.${n}`, deviceId: `own-${n}` })));
    // a campus that nobody has marked, and a smaller one that somebody has
    await seen(named('campus', 21), { ip: '192.0.2.1' });
    await room.ask(fraud.createSharedNetwork, { network: '198.51.100.128/25' });
    await room.signUp({ ip: '198.51.100.200' }, 'library-00');
    await seen(named('library', 12), { ip: '198.51.100.200' });
    for (const n of [1, 2]) await room.signUp({ deviceId: 'farm-phone' }, `farm-0${n}`);
  }, 60_000);
  afterAll(() => room.close());

  it('are the users tied by devices and addresses, with what they share; crowds and shared networks tie nobody', async () => {
    expect(await detect()).toBe(3);
    const found = await rings();
    expect(found.map(({ size, devices, addresses, referrals, highestScore }) => [size, devices, addresses, referrals, highestScore])).toEqual([
      [6, 1, 1, 2, 50], [5, 4, 0, 0, null], [3, 0, 1, 0, null],
    ]);
    expect(found[0]).toMatchObject({ foundAt: NOW.toISOString(), evidence: [
      { kind: 'device', users: 6, firstSeenAt: shift(NOW, -DAY).toISOString(), lastSeenAt: NOW.toISOString() }, { kind: 'address', users: 4 },
    ] });
    expect(found[1]!.users).toEqual(named('chain', 5));
    expect(found[2]!.users).toEqual(named('home', 3));
  });

  it('can be narrowed to those of a size, with a device, or of one user, and are paged', async () => {
    expect((await rings({ minSize: 4 })).map(({ size }) => size)).toEqual([6, 5]);
    expect((await rings({ minSize: 2, minDevices: 2 })).map(({ size }) => size)).toEqual([5]);
    expect((await rings({ userId: 'home-01' })).map(({ users }) => users)).toEqual([named('home', 3)]);
    expect(await rings({ userId: 'alone-01' })).toEqual([]);
    const first = await room.ask(fraud.listRings, { minSize: 3, minDevices: 0, limit: 2 });
    const second = await room.ask(fraud.listRings, { minSize: 3, minDevices: 0, limit: 2, cursor: first.nextCursor! });
    expect([...first.data, ...second.data]).toEqual(await rings());
    expect(second.nextCursor).toBeNull();
  });

  it('are found anew by each run: those that last keep their ids, and what is marked, erased or gone ties nobody any more', async () => {
    const before = await rings();
    await room.t.rows('select fraud.erase_user($1, $2)', ['home-02', 'erased:0199aaaa-0000-7000-8000-000000000001']);
    expect((await rings())[2]!.users).toContain('erased:0199aaaa-0000-7000-8000-000000000001');
    await seen(['chain-04', 'chain-05'], { deviceId: 'handed-on-5' });
    expect(await detect()).toBe(3);
    const after = await rings({ minSize: 2 });
    expect(after.map(({ users }) => users.length)).toEqual([6, 6, 2]);
    expect(new Set(after.map(({ id }) => id))).toEqual(new Set(before.map(({ id }) => id)));
    expect(JSON.stringify(after)).not.toContain('erased:');
    await room.t.rows('delete from fraud.fact');
    expect(await detect()).toBe(0);
    expect(await rings({ minSize: 2 })).toEqual([]);
  });

  it('leave no fingerprint beside the facts', async () => {
    const columns = await room.t.rows(
      `select column_name from information_schema.columns where table_schema = 'fraud' and table_name in ('tie', 'ring', 'ring_member') and data_type = 'bytea'`);
    expect(columns).toEqual([]);
  });
});
