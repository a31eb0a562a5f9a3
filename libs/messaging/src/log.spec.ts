import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog, type LogOptions } from './log.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let count = 0;
async function written(line: object, options: Partial<LogOptions> = {}): Promise<Record<string, unknown>> {
  const file = join(folder, `log-${(count += 1)}`);
  const log = openLog('codes', { level: 'info', file, userKey: () => 'a key', ...options });
  log.info(line, 'happened');
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => ''); // the file is opened beside us
    if (text !== '') return JSON.parse(text) as Record<string, unknown>;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a line of the log', () => {
  it('knows users by a hash under a key that all rooms share', async () => {
    const { referrerId, refereeId, userId, codeId } = await written({ referrerId: 'till@example.com', refereeId: 'nina', userId: 'till@example.com', codeId: 'c1' });
    expect([referrerId, refereeId, codeId]).toEqual([expect.stringMatching(/^u:[\w-]{22}$/), expect.stringMatching(/^u:[\w-]{22}$/), 'c1']);
    expect(userId).toBe(referrerId);
    expect(refereeId).not.toBe(referrerId);
    expect((await written({ userId: 'nina' })).userId).toBe(refereeId);
    expect((await written({ userId: 'nina' }, { userKey: () => 'another' })).userId).not.toBe(refereeId);
  });

  it('tells where a fault is and never what was being written', async () => {
    const fault = Object.assign(new Error('duplicate key value violates unique constraint "code_pkey"'), { code: '23505', detail: 'Key (user_id)=(nina) already exists.', where: 'nina', constraint: 'code_pkey' });
    const { err } = await written({ err: fault });
    expect(err).toEqual({ name: 'Error', message: fault.message, code: '23505', constraint: 'code_pkey', stack: expect.any(String) });
    expect((await written({ err: 'away' })).err).toBe('away');
  });
});
