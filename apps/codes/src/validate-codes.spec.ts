import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Code } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { createCode, type Creation } from './create-code.js';
import { findCodes } from './find-codes.js';
import { validateCodes, type Validation } from './validate-codes.js';

const NOON = new Date('2026-11-01T12:00:00.000Z');
const at = (seconds: number) => new Date(NOON.getTime() + seconds * 1_000);
let t: TestDatabase;
let db: Database;

/** As the controller does it: the texts are looked up before the transaction. */
async function validate(...requests: Validation[]) {
  const { found } = await findCodes(db, requests.map(({ code }) => ({ text: code })));
  return db.transaction((tx) => validateCodes(tx, requests, found, 'a secret of this spec'));
}
const words = async (...requests: Validation[]) =>
  (await validate(...requests)).map((outcome) => (outcome instanceof Refusal ? outcome.code : (outcome.reason ?? 'valid')));
const create = async (request: Partial<Creation> & { code: string }) =>
  (await db.transaction((tx) => createCode(tx, { userId: `owner of ${request.code}`, type: 'custom', ...request }))) as Code;
const times = (count: number, request: Validation) => Array.from({ length: count }, () => request);

beforeAll(async () => {
  t = await TestDatabase.create();
  db = await t.open('codes');
  await t.setClock(NOON);
  await create({ userId: 'till', code: 'GOOD-26' });
  await t.rows(`insert into codes.display_name values ('till', 'Till S.', 1)`);
});
afterAll(() => t.close());

describe('validating a code', () => {
  it('tells what it brings and whose it is', async () => {
    expect(await validate({ code: 'good 26' })).toEqual([
      { valid: true, code: 'GOOD-26', type: 'custom', referrerName: 'Till S.', refereeBonus: { unit: 'credits', amount: 25 } },
    ]);
  });

  it('tells the first reason, and nothing of the owner', async () => {
    await create({ code: 'PAUSED', expiresAt: at(-1).toISOString(), maxUses: 1 });
    await create({ code: 'EXPIRED', expiresAt: at(0).toISOString(), maxUses: 1 });
    await create({ code: 'USED-UP', expiresAt: at(1).toISOString(), maxUses: 1 });
    await t.rows(`update codes.code set uses_count = 1 where max_uses = 1`);
    await t.rows(`update codes.code set is_active = false where code = 'PAUSED'`);
    const outcomes = await validate(...['?', 'NOBODYS', 'PAUSED', 'EXPIRED', 'USED-UP'].map((code) => ({ code })));
    expect(outcomes).toEqual(['invalid_format', 'not_found', 'inactive', 'expired', 'exhausted'].map((reason) => ({ valid: false, reason })));
  });

  it('has no name for an owner whose name is unknown', async () => {
    await create({ code: 'NAMELESS' });
    expect(await validate({ code: 'NAMELESS' })).toEqual([expect.objectContaining({ valid: true, referrerName: null })]);
  });

  it('admits exactly 20 a minute of one client’s, whoever counts: 100 rounds of 50 at once', async () => {
    for (let round = 0; round < 100; round += 1) {
      const clientIp = `10.9.${round}.1`;
      const outcomes = (await Promise.all(Array.from({ length: 50 }, () => validate({ code: 'GOOD-26', clientIp })))).flat();
      expect(outcomes.filter((outcome) => !(outcome instanceof Refusal))).toHaveLength(20);
      const refused = outcomes.filter((outcome) => outcome instanceof Refusal);
      expect(new Set(refused.map(({ code, retryAfterSeconds }) => `${code} ${retryAfterSeconds}`))).toEqual(new Set(['rate_limited 60']));
    }
  }, 120_000);

  it('refuses a client address that is none, and nobody beside it', async () => {
    expect(await words({ code: 'GOOD-26', clientIp: '1.2.3' }, { code: 'GOOD-26', clientIp: '1.2.3.4' })).toEqual(['invalid_request', 'valid']);
  });
});

describe('the limits on look-ups', () => {
  it('are 20 in any sliding minute per address, refusals not counted', async () => {
    const mine = { code: 'GOOD-26', clientIp: '198.51.100.1' };
    expect(await words(...times(10, mine))).toEqual(Array(10).fill('valid'));
    await t.setClock(at(30));
    expect(await words(...times(12, mine))).toEqual([...Array<string>(10).fill('valid'), 'rate_limited', 'rate_limited']);
    expect(await validate(mine)).toEqual([expect.objectContaining({ code: 'rate_limited', retryAfterSeconds: 30 })]);
    await t.setClock(at(59.999));
    expect(await words({ code: 'GOOD-26', clientIp: '198.51.100.2' }, mine, { code: 'GOOD-26', clientIp: '::ffff:198.51.100.1' })).toEqual(['valid', 'rate_limited', 'rate_limited']);
    await t.setClock(at(60));
    expect(await words(...times(11, mine))).toEqual([...Array<string>(10).fill('valid'), 'rate_limited']);
  });

  it('are exact when many ask at once, in groups of several rooms', async () => {
    await t.setClock(at(600));
    const other = await t.open('codes');
    await other.programme();
    const { found } = await findCodes(db, times(8, { code: 'GOOD-26' }).map(({ code }) => ({ text: code })));
    const clients = ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4'];
    const groups = Array.from({ length: 40 }, (_, n) => [...clients, ...clients].sort(() => (n % 2 ? 1 : -1)).map((clientIp) => ({ code: 'GOOD-26', clientIp })));
    const outcomes = await Promise.all(groups.map(async (group, n) => {
      const results = await (n % 2 ? db : other).transaction((tx) => validateCodes(tx, group, found, 'a secret of this spec'));
      return results.map((result, index) => ({ clientIp: group[index]!.clientIp, isAnswered: !(result instanceof Refusal) }));
    }));
    for (const client of clients) expect(outcomes.flat().filter(({ clientIp, isAnswered }) => clientIp === client && isAnswered)).toHaveLength(20);
  });

  it('hold for an IPv6 /64, /56 and /48, however addresses rotate inside', async () => {
    await t.setClock(at(1_200));
    const from = (count: number, address: (n: number) => string) => Array.from({ length: count }, (_, n) => ({ code: 'GOOD-26', clientIp: address(n) }));
    const valid = async (requests: Validation[]) => (await words(...requests)).filter((word) => word === 'valid').length;
    expect(await valid(from(100, (n) => `2001:db8:1:100::${n.toString(16)}`))).toBe(20);
    expect(await valid(from(100, (n) => `2001:db8:1:1${(n + 1).toString(16).padStart(2, '0')}::1`))).toBe(40);
    expect(await valid(from(400, (n) => `2001:db8:1:${((n % 100) + 2).toString(16)}00::${n}`))).toBe(120);
    expect(await valid(from(30, (n) => `2001:db8:2::${n}`))).toBe(20);
  });

  it('forget, when the clock is set back, what lies ahead', async () => {
    const mine = { code: 'GOOD-26', clientIp: '198.51.100.9' };
    await t.setClock(at(90_000));
    await words(...times(20, mine));
    await t.setClock(at(2_400));
    expect(await words(mine)).toEqual(['valid']);
  });

  it('write nothing down for a client that is refused', async () => {
    const mine = { code: 'GOOD-26', clientIp: '198.51.100.10' };
    await t.setClock(at(3_000));
    await words(...times(20, mine));
    const before = await t.rows('select network, admitted from codes.lookup_window order by network');
    await t.setClock(at(3_001));
    expect(await words(mine)).toEqual(['rate_limited']);
    expect(await t.rows('select network, admitted from codes.lookup_window order by network')).toEqual(before);
  });

  it('keep no address', async () => {
    const kept = await t.rows<{ all: string }>(`select string_agg(w::text, ' ') as all from codes.lookup_window w`);
    expect(kept[0]!.all).not.toMatch(/198\.51|203\.0|2001:|db8:|10\.0\./);
    expect(await t.rows('select network from codes.lookup_window where length(network) <> 16')).toEqual([]);
  });
});

describe('failed look-ups over all', () => {
  it('beyond 600 in a minute refuse only clients with a failure of their own', async () => {
    await t.setClock(at(200_000));
    const guesses = Array.from({ length: 600 }, (_, n) => ({ code: `GUESS-${n}`, clientIp: `10.0.${n % 40}.1` }));
    for (let n = 0; n < 600; n += 100) expect(await words(...guesses.slice(n, n + 100))).toEqual(Array(100).fill('not_found'));
    expect(await words({ code: 'GOOD-26', clientIp: '10.0.3.1' }, { code: 'GOOD-26', clientIp: '10.9.9.9' }, { code: 'GOOD-26' })).toEqual(['rate_limited', 'valid', 'valid']);
    expect(await words({ code: 'GUESS-0', clientIp: '10.9.9.9' }, { code: 'GOOD-26', clientIp: '10.9.9.9' })).toEqual(['not_found', 'rate_limited']);
    await t.setClock(at(200_060));
    expect(await words({ code: 'GOOD-26', clientIp: '10.0.3.1' })).toEqual(['valid']);
  });

  it('are forgotten after a while', async () => {
    await t.setClock(at(400_000));
    for (let n = 0; n < 5; n += 1) await validate({ code: `LAST-${n}`, clientIp: '10.0.0.1' });
    expect(await t.rows('select at from codes.failed_lookup')).toHaveLength(5);
  });
});
