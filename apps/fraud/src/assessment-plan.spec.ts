import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { events } from '@referrals/contracts';
import { assess } from './assess.js';
import { FraudFixture, NOW } from './fraud.fixture.js';

/** Of the size that the issue asks for: FINGERPRINTS=1000000; a tenth shows the same plans in every run. */
const FINGERPRINTS = Number(process.env['FINGERPRINTS'] ?? 100_000);

describe(`one assessment among ${FINGERPRINTS} fingerprints`, () => {
  let room: FraudFixture;
  beforeAll(async () => {
    room = await FraudFixture.create();
    await room.t.rows(
      `insert into fraud.fact (user_id, hash, day, kind, key_id, first_seen_at, last_seen_at)
       select 'user-' || n % ($1 / 10), sha256(int4send(n % ($1 / 3))), day::date, 'ip4', 'k', day, day
       from generate_series(1, $1) n cross join lateral (select $2::timestamptz - make_interval(days => n % 90) as day) d on conflict do nothing`, [FINGERPRINTS, NOW]);
    await room.t.rows(
      `insert into fraud.assessment (referral_id, referrer_id, referee_id, code_id, registered_at, registration_seen, ip_hash)
       select gen_random_uuid(), 'user-' || n % ($1 / 10), 'referee-' || n, gen_random_uuid(), $2, true, sha256(int4send(n)) from generate_series(1, $1 / 10) n`,
      [FINGERPRINTS, NOW]);
    await room.t.rows('vacuum (analyze) fraud.fact');
    await room.t.rows('vacuum (analyze) fraud.assessment');
  }, 300_000);
  afterAll(() => room.close());

  const plan = async (sql: string): Promise<string> =>
    (await room.t.rows<{ 'QUERY PLAN': string }>(`explain ${sql}`)).map((row) => row['QUERY PLAN']).join('\n');

  it('reads the window of sightings, the neighbours at an address and the referrals touched by index alone', async () => {
    const hash = 'sha256(int4send(7))';
    expect(await plan(`select first_seen_at from fraud.fact where user_id = 'user-7' and hash in (${hash}, null) and day between '2026-04-01' and '2026-06-15'`))
      .toMatch(/Index (Only )?Scan using fact_until_\w+_fact_(pkey|hash_index)/);
    expect(await plan(`select distinct user_id from fraud.fact where hash in (${hash}, null) and user_id not in ('a', 'b') limit 1000`))
      .toMatch(/Index Only Scan using fact_until_\w+_fact_hash_index/);
    expect(await plan(`select referral_id from fraud.assessment where referrer_id = 'user-7' and ip_hash = ${hash}`)).toMatch(/Index Scan using assessment_\w+/);
  });

  it('is one statement that loads and one that writes, and reads no table from end to end', async () => {
    await room.t.rows('select pg_stat_force_next_flush()');
    const before = await scans();
    const statements: string[] = [];
    const facts = { referralId: '0198a000-0000-7000-8000-000000000001', referrerId: 'user-7', refereeId: 'new', codeId: '0198a000-0000-7000-8000-000000000002', sourceAppId: null };
    await room.db.transaction(async (tx) => {
      const watched = new Proxy(tx, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]) => {
            if (name === 'rows' || name === 'write') statements.push(args[0] as string);
            return Reflect.apply(member, target, args);
          };
        },
      });
      await assess(watched, {
        facts: [{ userId: 'new', kind: 'ip4', keyId: 'k', hash: '\\x00', seenAt: NOW.toISOString() }],
        registrations: [{
          ...facts, registeredAt: NOW.toISOString(), ipHash: '\\x00', previousIpHash: null, deviceHash: null, previousDeviceHash: null, addressGroup: null, notes: [], addressType: null,
          recentRegistrations: 1, matches: [], ip: '203.0.113.7', box: null,
        }],
      });
      await tx.rows('select pg_stat_force_next_flush()');
    });
    expect(statements).toHaveLength(2);
    expect(statements[0]).toBe('select * from observe($1, $2)');
    expect((await room.t.emitted('fraud', events.referralAssessed.type))).toHaveLength(1);
    expect(await scans()).toEqual(before);
  });

  const scans = () => room.t.rows(`select relname, seq_scan::int from pg_stat_user_tables where schemaname = 'fraud' and relname in ('fact', 'assessment') order by 1`);
});

describe('one assessment among 3,000 referrals', () => {
  it('reads those that it is about and no others, though there are few enough to read them all', async () => {
    const room = await FraudFixture.create();
    try {
      await room.t.rows(
        `insert into fraud.assessment (referral_id, referrer_id, referee_id, code_id, registered_at, registration_seen)
         select gen_random_uuid(), 'user-' || n, 'referee-' || n, gen_random_uuid(), $1, true from generate_series(1, 3000) n`, [NOW]);
      await room.t.rows('vacuum (analyze) fraud.assessment');
      for (let n = 0; n < 7; n += 1) await room.signUp({}); // by then the session keeps its plans
      const before = await rowsRead(room);
      await room.signUp({});
      expect((await rowsRead(room)) - before).toBeLessThan(50);
    } finally {
      await room.close();
    }
  });

  async function rowsRead({ db, t }: FraudFixture): Promise<number> {
    await db.transaction((tx) => tx.rows('select pg_stat_force_next_flush()'));
    const [row] = await t.rows<{ read: number }>(
      `select sum(idx_tup_read)::int as read from pg_stat_user_indexes where schemaname = 'fraud' and relname = 'assessment'`);
    return row!.read;
  }
});
