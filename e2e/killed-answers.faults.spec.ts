import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

/** `npm run kill-answers -- --kills 100`; a few are part of every test run */
const kills = Number(process.env['KILLED_ANSWERS'] ?? 3);

let product: Product;
beforeAll(async () => {
  product = await startProduct({ shape: 'processes', testClock: false, variables: { RATE_LIMIT_CLIENT: '0' } });
}, 120_000);
afterAll(() => product.stop(), 60_000);

const exited = (child: ChildProcess): Promise<void> => new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.once('exit', () => resolve()) : resolve()));

const INSIST_MS = 45_000;
const PAUSE_MS = 50;

/** Says it until somebody answers, as a host does. */
async function insist(path: string, body: object, key: string): Promise<Answer> {
  for (const end = performance.now() + INSIST_MS; performance.now() < end; await sleep(PAUSE_MS)) {
    const answer = await product.client.post(path, body, { 'idempotency-key': key }).catch(() => null);
    if (answer && answer.status !== 503 && answer.body?.code !== 'idempotency_in_progress') return answer;
  }
  throw new Error(`nobody answered ${path} within ${INSIST_MS / 1_000} s`);
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
      const before = product.processes!.processes.get(room)!;
      before.kill('SIGKILL');
      await exited(before);
      const armed = product.processes!.restart(room, { FAILPOINT: 'after-keeping-answer' });
      const answer = insist(path, body(n), `key-${n}`);
      await Promise.race([exited(armed), answer]);
      expect([n, room, armed.signalCode]).toEqual([n, room, 'SIGKILL']);
      expect([n, room, await effects(n)]).toEqual([n, room, 1]); // the effect is there, and nobody was told
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

  it('is one of many that a key has one effect among: 64 at once, to two processes', async () => {
    product.processes!.restart('rewards 2');
    for (let round = 0; round < Math.min(kills, 10); round += 1) {
      const body = { id: `crowd-${round}`, userId: 'crowd', kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled' };
      const answers = await Promise.all(Array.from({ length: 64 }, () => insist('/v1/payments', body, `one-key-${round}`)));
      expect(new Set(answers.map(({ status, body: said }) => JSON.stringify([status, said]))).size).toBe(1);
      expect(answers[0]).toMatchObject({ status: 200, body: { outcome: 'applied' } });
      // none where the first answer came too late for who asked
      expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null).length).toBeLessThanOrEqual(1);
      expect(await count('rewards.payment where id = $1', [`crowd-${round}`])).toBe(1);
    }
  }, 120_000);
});
