import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readEnv } from '@referrals/config';
import { codes } from '@referrals/contracts';
import { Bus, connectNats, startRoom, type RunningRoom } from '@referrals/messaging';
import { TestDatabase } from '@referrals/testing';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codesRoom } from './codes.room.js';

let t: TestDatabase;
let folder: string;
let running: RunningRoom;
let bus: Bus;
beforeAll(async () => {
  t = await TestDatabase.create();
  folder = await mkdtemp(join(tmpdir(), 'codes-room-'));
  const NATS_URL = process.env['TEST_NATS_URL'];
  const env = readEnv({ CODES_DATABASE_URL: t.urlOf('codes'), NATS_URL, DATA_DIR: folder, LOG_FILE: join(folder, 'log') });
  running = await startRoom(codesRoom, env);
  bus = new Bus(await connectNats(NATS_URL!, 'codes-spec'));
});
afterAll(async () => {
  await bus.connection.close();
  await running.stop();
  await t.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the codes room on the bus', () => {
  it('answers 200 first requests of one user at once with one code, and logs it once', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => bus.request(codes.issue, { userId: 'crowd' })));
    expect(new Set(answers.map(({ code }) => code)).size).toBe(1);
    expect(codes.issue.reply.parse(answers[0])).toEqual(answers[0]);
    const lines = (await readFile(join(folder, 'log'), 'utf8')).split('\n').filter((line) => line.includes('code_assigned'));
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([expect.objectContaining({ codeId: answers[0]!.id, userId: expect.stringMatching(/^u:/), type: 'auto' })]);
    expect(lines[0]).not.toContain(answers[0]!.code);
  });

  it('makes, changes, lists, validates and resolves a code, with a token or without', async () => {
    const made = await bus.request(codes.create, { userId: 'maker', type: 'campaign', code: 'BUS-26', maxUses: 5 });
    expect(await bus.request(codes.update, { codeId: made.id, maxUses: 3, isActive: false })).toEqual({ ...made, maxUses: 3, isActive: false });
    expect(await bus.request(codes.list, { userId: 'maker' })).toEqual({ data: [{ ...made, maxUses: 3, isActive: false }], nextCursor: null });
    expect(await bus.request(codes.validate, { code: 'bus26', clientIp: '192.0.2.1' })).toEqual({ valid: false, reason: 'inactive' });
    const { token } = await bus.request(codes.issueToken, { code: 'bus26' });
    const { items } = await bus.request(codes.resolve, { items: [{ attributionToken: token }, { code: 'nobody' }] });
    expect(items).toEqual([expect.objectContaining({ codeId: made.id, ownerId: 'maker', maxUses: 3, isActive: false }), { problem: 'not_found' }]);
    expect(await bus.request(codes.addAliases, { aliases: [{ text: 'väterchen', codeId: made.id }] })).toEqual({ items: [{ outcome: 'added' }] });
  });

  it('limits a client over all groups of one instant', async () => {
    const asked = Array.from({ length: 100 }, () => bus.request(codes.validate, { code: 'BUS-26', clientIp: '192.0.2.77' }).then(() => 'answered', (refusal: { code: string }) => refusal.code));
    const words = await Promise.all(asked);
    expect(words.filter((word) => word === 'answered')).toHaveLength(20);
    expect(words.filter((word) => word === 'rate_limited')).toHaveLength(80);
  });

  it.each([
    ['expiresAt at the edge of time', { expiresAt: '0001-01-01T00:00:00Z' }, null],
    ['expiresAt before the first year', { expiresAt: '0000-12-31T23:59:59Z' }, 'invalid_request'],
    ['expiresAt after the last year', { expiresAt: '9999-12-31T23:59:59-01:00' }, 'invalid_request'],
    ['expiresAt far away', { expiresAt: '9999-12-31T23:59:59.999999+00:00' }, null],
    ['maxUses beyond 32 bits', { maxUses: 3_000_000_000 }, 'invalid_request'],
    ['maxUses of 0', { maxUses: 0 }, 'invalid_request'],
    ['metadata with NUL', { metadata: { a: '\u0000' } }, 'invalid_request'],
    ['a daily limit on a custom code', { dailyLimit: 1 }, 'invalid_request'],
    ['an unknown field', { uses: 1 }, 'invalid_request'],
  ])('has a word for %s', async (_, more, word) => {
    const request = { userId: 'edges', type: 'custom' as const, code: `EDGE-${Object.keys(more)[0]!.length}${word === null ? String(more.expiresAt).slice(0, 4) : ''}`, ...more };
    const outcome = await bus.request(codes.create, request as never).then(() => null, (refusal: { code: string }) => refusal.code);
    expect(outcome).toBe(word);
  });
});
