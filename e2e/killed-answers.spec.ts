import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { startProduct, type Product } from './harness/product.js';

/** `npm run kill-answers -- --kills 100` */
const kills = Number(process.env['KILLED_ANSWERS'] ?? 10);

let product: Product;
beforeAll(async () => {
  product = await startProduct({ shape: 'processes', testClock: false, variables: { RATE_LIMIT_CLIENT: '0' } });
}, 120_000);
afterAll(() => product.stop(), 60_000);

const exited = (child: ChildProcess): Promise<void> => new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.once('exit', () => resolve()) : resolve()));

/** Says it until somebody answers, as a host does. */
async function insist(path: string, body: object, key: string) {
  for (;;) {
    const answer = await product.client.post(path, body, { 'idempotency-key': key }).catch(() => null);
    if (answer && answer.status !== 503 && answer.body?.code !== 'idempotency_in_progress') return answer;
  }
}

const count = async (sql: string, values: unknown[]): Promise<number> => Number((await product.owner.query<{ n: string }>(`select count(*) as n from ${sql}`, values)).rows[0]!.n);

/** Three rooms, each with a command whose effect can be counted. */
const COMMANDS = [
  { room: 'rewards', path: '/v1/payments', body: (n: number) => ({ id: `pay-${n}`, userId: `payer-${n}`, kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled' }), effects: (n: number) => count('rewards.payment where id = $1', [`pay-${n}`]) },
  { room: 'codes', path: '/v1/codes', body: (n: number) => ({ userId: `owner-${n}`, type: 'custom', code: `KILLED-${n}` }), effects: (n: number) => count('codes.code where user_id = $1', [`owner-${n}`]) },
  { room: 'relationships', path: '/v1/activity', body: (n: number) => ({ id: `act-${n}`, userId: `user-${n}`, kind: 'login' }), effects: (n: number) => count('relationships.activity where id = $1', [`act-${n}`]) },
] as const;

describe('a process that is killed between its commit and its answer', () => {
  it('leaves one effect, and the retry gets the answer that was stored with it', async () => {
    let killed = 0;
    for (let n = 0; n < kills; n += 1) {
      const { room, path, body, effects } = COMMANDS[n % COMMANDS.length]!;
      product.processes!.processes.get(room)!.kill('SIGKILL');
      const armed = product.processes!.restart(room, { FAILPOINT: 'before-answer' });
      const answer = insist(path, body(n), `key-${n}`);
      await exited(armed);
      expect(armed.signalCode).toBe('SIGKILL');
      expect(await effects(n)).toBe(1); // the effect is there, and nobody was told
      product.processes!.restart(room);
      const first = await answer;
      expect([200, 201, 202]).toContain(first.status);
      expect(first.headers.get('idempotent-replayed')).toBe('true');
      const again = await insist(path, body(n), `key-${n}`);
      expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([first.status, first.body, 'true']);
      expect(await effects(n)).toBe(1);
      killed += 1;
    }
    console.log(`${killed} kills between commit and answer: one effect and one answer each`);
  }, 60_000 + kills * 12_000);

  it('is one of many that a key has one effect among: 64 at once', async () => {
    const body = { id: 'crowd', userId: 'crowd', kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled' };
    const answers = await Promise.all(Array.from({ length: 64 }, () => insist('/v1/payments', body, 'one-key')));
    expect(new Set(answers.map(({ status, body: said }) => JSON.stringify([status, said]))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect(await count('rewards.payment where id = $1', ['crowd'])).toBe(1);
  }, 60_000);
});
