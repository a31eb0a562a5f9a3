import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fraud } from '@referrals/contracts';
import { DAY, shift } from '@referrals/domain';
import { encodeCursor } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';
import { devicePatternProblem, DevicePatterns } from './device-patterns.js';
import { FraudFixture, NOW } from './fraud.fixture.js';
import { patternValue } from './pattern-value.js';

describe('a pattern’s value', () => {
  it.each([
    ['email_domain', ' Example.ORG ', 'example.org'],
    ['email_domain', '*.example.org', 'example.org'],
    ['email_domain', 'bücher.example', 'xn--bcher-kva.example'],
    ['ip_range', '192.0.2.77/24', '192.0.2.0/24'],
    ['ip_range', '192.0.2.77', '192.0.2.77/32'],
    ['ip_range', '2001:DB8:0:1::7/64', '2001:db8:0:1::/64'],
    ['ip_range', '::ffff:192.0.2.77/120', '192.0.2.0/24'],
    ['device_pattern', 'Headless|bot/\\d+', 'Headless|bot/\\d+'],
  ] as const)('%s %j is kept as %s', (type, text, value) => {
    expect(patternValue(type, text)).toBe(value);
  });

  it.each([
    ['email_domain', 'org'], ['email_domain', 'a b.org'], ['email_domain', 'x@'], ['ip_range', '192.0.2.0/33'], ['ip_range', '192.0.2/24'],
    ['ip_range', '192.0.2.0/-1'], ['ip_range', '2001:db8::/129'], ['ip_range', '192.0.2.0/24/8'], ['ip_range', 'fe80::1%eth0/64'], ['ip_range', '::ffff:192.0.2.0/24'],
    ['device_pattern', '('], ['device_pattern', '(?=look)'], ['device_pattern', '(?<!look)x'], ['device_pattern', '(a)\\1'], ['device_pattern', 'a'.repeat(513)],
  ] as const)('%s %j is refused', (type, text) => {
    expect(patternValue(type, text)).toMatchObject({ code: 'invalid_request', errors: [{ path: 'patternValue' }] });
  });

  it.each(['(a+)+$', '(a|aa)+$', '(.*)*x', '(a|a?)+$', '^(([a-z])+.)+[A-Z]([a-z])+$'])('%s takes no longer than its text is long', (expression) => {
    expect(devicePatternProblem(expression)).toBeNull();
    const patterns = DevicePatterns.of([{ id: 'p', patternValue: expression }]);
    const context = { userAgent: `${'a'.repeat(511)}!` };
    patterns.matching(context); // the engine builds its automaton at the first use
    const start = performance.now();
    for (let round = 0; round < 20; round += 1) patterns.matching(context);
    expect((performance.now() - start) / 20).toBeLessThan(50);
  });
});

describe('a pattern of an operator', () => {
  let room: FraudFixture;
  beforeAll(async () => {
    room = await FraudFixture.create();
  });
  afterAll(() => room.close());

  const create = (patternType: string, value: string, scoreImpact = 40) =>
    room.ask(fraud.createPattern, { patternType, patternValue: value, severity: 'high', scoreImpact }, 'olga');
  const last = async (referralId: string) => (await room.scores(referralId)).at(-1);

  it.each([
    ['ip_range', '198.51.100.0/24', { ip: '198.51.100.255' }, { ip: '198.51.101.0' }],
    ['ip_range', '2001:db8:7::/48', { ip: '2001:db8:7:ffff::1' }, { ip: '2001:db8:8::' }],
    ['email_domain', 'corp.example', { email: 'a@sub.corp.example' }, { email: 'a@notcorp.example' }],
    ['device_pattern', '(?i)headless', { userAgent: 'Mozilla HEADLESS/1' }, { userAgent: 'Mozilla/5' }],
    ['device_pattern', '^emulator-\\d+$', { deviceId: 'emulator-12' }, { deviceId: 'my-emulator-12' }],
  ])('%s %s counts for sign-ups before and after it, while it is switched on', async (type, value, matching, other) => {
    const before = [await room.signUp(matching), await room.signUp(other)];
    const dry = await room.ask(fraud.dryRunPattern, { patternType: type, patternValue: value });
    expect(dry).toMatchObject({ matched: 1, referralIds: [before[0]!.referralId] });
    expect(dry.examined).toBeGreaterThanOrEqual(2);
    expect(await room.scores(before[0]!.referralId)).toEqual([0]);

    const { id } = await create(type, value);
    const after = [await room.signUp(matching), await room.signUp(other)];
    expect(await Promise.all([...before, ...after].map(({ referralId }) => last(referralId)))).toEqual([40, 0, 40, 0]);
    expect(await room.reviewOf(before[0]!.referralId)).toMatchObject({ score: 40, status: 'pending' });

    await room.ask(fraud.updatePattern, { id, scoreImpact: 55 });
    expect(await last(before[0]!.referralId)).toBe(55);
    await room.ask(fraud.updatePattern, { id, isActive: false });
    expect(await Promise.all([before[0]!, after[0]!].map(({ referralId }) => last(referralId)))).toEqual([0, 0]);
    await room.ask(fraud.updatePattern, { id, isActive: true });
    expect(await last(after[0]!.referralId)).toBe(55);
    await room.ask(fraud.deletePattern, { id });
    expect(await Promise.all([before[0]!, after[0]!].map(({ referralId }) => last(referralId)))).toEqual([0, 0]);
    await expect(room.ask(fraud.deletePattern, { id })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('follows its value when that changes', async () => {
    const [first, second] = [await room.signUp({ ip: '192.0.2.1' }), await room.signUp({ ip: '192.0.2.130' })];
    const { id } = await create('ip_range', '192.0.2.0/25');
    expect([await last(first.referralId), await last(second.referralId)]).toEqual([40, 0]);
    expect(await room.ask(fraud.updatePattern, { id, patternValue: '192.0.2.128/25' })).toMatchObject({ patternValue: '192.0.2.128/25' });
    expect([await last(first.referralId), await last(second.referralId)]).toEqual([0, 40]);
    await room.ask(fraud.deletePattern, { id });
  });

  it('is listed the newest first, page by page; shared networks too', async () => {
    const [patterns, networks] = [['a.example', 'b.example', 'c.example'], ['203.0.113.0/25', '203.0.113.128/25', '198.51.100.0/24']];
    const ids: string[][] = [[], []];
    for (const value of patterns) ids[0]!.unshift((await create('email_domain', value)).id);
    for (const network of networks) ids[1]!.unshift((await room.ask(fraud.createSharedNetwork, { network })).id);
    for (const [n, list] of [fraud.listPatterns, fraud.listSharedNetworks].entries()) {
      const first = await room.ask(list, { limit: 2 });
      const second = await room.ask(list, { limit: 1, cursor: first.nextCursor! });
      expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids[n]);
      await expect(room.ask(list, { limit: 1, cursor: encodeCursor(['nobody']) })).rejects.toMatchObject({ code: 'invalid_request' });
    }
    for (const id of ids[0]!) await room.ask(fraud.deletePattern, { id });
    for (const id of ids[1]!) await room.ask(fraud.deleteSharedNetwork, { id });
  });

  it('is listed, audited, and refused when it is invalid', async () => {
    const made = await create('ip_range', '192.0.2.9/24');
    expect(made).toMatchObject({ patternValue: '192.0.2.0/24', severity: 'high', scoreImpact: 40, description: null, isActive: true });
    expect((await room.ask(fraud.listPatterns, {})).data[0]).toEqual(made);
    await room.ask(fraud.deletePattern, { id: made.id }, 'olga');
    expect((await room.t.rows('select actor, action from fraud.audit where subject = $1 order by id', [made.id]))).toEqual([
      { actor: 'olga', action: 'fraud_pattern.created' }, { actor: 'olga', action: 'fraud_pattern.deleted' },
    ]);
    await expect(create('ip_range', 'everywhere')).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(create('ip_range', '192.0.2.0/24', 101)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(room.ask(fraud.dryRunPattern, { patternType: 'device_pattern', patternValue: '(' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('is found by the job as well, step by step, and the job changes nothing the second time', async () => {
    const referrals = [await room.signUp({ ip: '192.0.2.200' }), await room.signUp({ ip: '192.0.2.201' })];
    await room.t.rows(
      `insert into fraud.pattern (id, pattern_type, pattern_value, network, severity, score_impact, is_active, created_by, created_at, updated_at)
       values ($1, 'ip_range', '192.0.2.200/31', '192.0.2.200/31', 'low', 11, true, 'x', $2, $2)`, [uuidv7(), NOW]);
    const run = async () => {
      let changed = 0;
      for (let after: string | undefined; ;) {
        const step = await room.ask(fraud.rescore, { limit: 5, ...(after && { after }) });
        changed += step.changed;
        if (step.next === null) return changed;
        after = step.next;
      }
    };
    expect(await run()).toBe(2);
    expect(await Promise.all(referrals.map(({ referralId }) => last(referralId)))).toEqual([11, 11]);
    expect(await run()).toBe(0);
    await room.t.rows('delete from fraud.pattern');
  });
});

describe('a network marked as shared', () => {
  let room: FraudFixture;
  beforeAll(async () => {
    room = await FraudFixture.create();
  });
  afterAll(() => room.close());

  it('silences the address, before and after it is marked, until it is marked no more; the device still counts', async () => {
    const context = { ip: '203.0.113.7', deviceId: 'd' };
    await room.seen('r', context);
    const before = await room.signUp(context, 'r');
    const network = await room.ask(fraud.createSharedNetwork, { network: '203.0.113.7/24', description: 'a campus' });
    expect(network).toMatchObject({ network: '203.0.113.0/24', description: 'a campus' });
    expect(await room.ask(fraud.createSharedNetwork, { network: '203.0.113.0/24' })).toEqual(network);
    const after = await room.signUp({ ip: '203.0.113.7' }, 'r');
    expect([await room.scores(before.referralId), await room.scores(after.referralId)]).toEqual([[80, 50], [0]]);
    expect(await room.reviewOf(before.referralId)).toMatchObject({ score: 50, peak_score: 80, priority: 'high', status: 'pending' });
    await room.ask(fraud.deleteSharedNetwork, { id: network.id });
    expect([await room.scores(before.referralId), await room.scores(after.referralId)]).toEqual([[80, 50, 80], [0, 30]]);
  });
});

describe('facts', () => {
  it('are recognised under the key before the newest, whichever side was seen with which', async () => {
    let old = '';
    const before = await FraudFixture.create((secrets) => (old = secrets.get('fraud-fingerprint')));
    const context = { ip: '203.0.113.7', deviceId: 'd', email: 'ann@example.org' };
    await before.seen('r', context);
    const rows = await before.t.rows('select user_id, hash, day, kind, key_id, first_seen_at, last_seen_at from fraud.fact');
    const mailboxes = await before.t.rows('select * from fraud.mailbox');
    await before.close();
    for (const [hasPrevious, scores] of [[true, [100]], [false, [0]]] as const) {
      const room = await FraudFixture.create((secrets) => {
        secrets.get('fraud-fingerprint', { given: 'the new key' });
        if (hasPrevious) secrets.get('fraud-fingerprint-previous', { given: old });
      });
      for (const row of rows) await room.t.rows('insert into fraud.fact (user_id, hash, day, kind, key_id, first_seen_at, last_seen_at) values ($1, $2, $3, $4, $5, $6, $7)', Object.values(row));
      for (const row of mailboxes) {
        await room.t.rows('insert into fraud.mailbox (user_id, hash, bare_hash, key_id, domain, is_disposable, last_seen_at) values ($1, $2, $3, $4, $5, $6, $7)',
          ['user_id', 'hash', 'bare_hash', 'key_id', 'domain', 'is_disposable', 'last_seen_at'].map((name) => row[name]));
      }
      const { referralId } = await room.signUp(context, 'r');
      expect(await room.scores(referralId)).toEqual(scores);
      await room.close();
    }
  });

  it('go after 90 days, while scores stay, and an erased user is found nowhere', async () => {
    const room = await FraudFixture.create();
    const context = { ip: '203.0.113.7', deviceId: 'd', email: 'ann@example.org' };
    await room.seen('r', context);
    const referral = await room.signUp(context, 'r');
    const left = async () => (await room.t.rows<{ n: number }>('select ((select count(*) from fraud.fact) + (select count(*) from fraud.mailbox))::int as n'))[0]!.n;
    await room.t.setClock(shift(NOW, 89 * DAY));
    await room.ask(fraud.purgeFacts, {});
    expect(await left()).toBe(6);
    await room.t.setClock(shift(NOW, 91 * DAY));
    expect(await room.ask(fraud.purgeFacts, {})).toMatchObject({ more: false });
    expect(await left()).toBe(0);
    expect(await room.t.rows('select score, ip_hash, device_hash from fraud.assessment')).toEqual([{ score: 100, ip_hash: null, device_hash: null }]);

    await room.seen(referral.refereeId, context, shift(NOW, 90 * DAY));
    await room.t.rows('select fraud.erase_user($1, $2)', [referral.refereeId, 'erased:0199aaaa-0000-7000-8000-000000000001']);
    const found = await room.t.rows(`select query_to_xml('select * from fraud.assessment, fraud.review', true, false, '')::text || (select count(*) from fraud.fact) as dump`);
    expect(found[0]!['dump']).toContain('erased:0199aaaa-0000-7000-8000-000000000001');
    expect(found[0]!['dump']).not.toContain(referral.refereeId);
    await room.close();
  });
});
