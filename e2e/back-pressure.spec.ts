import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { ProcessName } from '@rooms/standalone';
import { eventually } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

const PEOPLE = 1_500;
const AT_ONCE = 48;
/** What a process may gain while a neighbour stands still: its own garbage, not somebody's backlog. */
const GROWTH_MB = 160;

let product: Product;
beforeAll(async () => {
  product = await startProduct({ shape: 'processes', testClock: false });
}, 120_000);
afterAll(() => product.stop(), 30_000);

const child = (name: ProcessName) => product.processes!.processes.get(name)!;
const memoryOf = (name: ProcessName): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child(name).pid}/status`, 'utf8'))![1]) / 1_024;
const count = async (sql: string): Promise<number> => Number((await product.owner.query<{ count: string }>(sql)).rows[0]!.count);

async function repeat(times: number, act: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < times) await act((next += 1));
  }));
}

it('keeps what a stopped consumer does not read on the disk of the broker, and catches up afterwards', async () => {
  const codes = await Promise.all(Array.from({ length: PEOPLE / 15 }, (_, n) => product.client.codeOf(`referrer-${n}`)));
  const watched: ProcessName[] = ['gateway', 'relationships', 'fraud', 'codes', 'insights', 'notifications', 'scheduler', 'rewards'];
  const before = new Map(watched.map((name) => [name, memoryOf(name)]));
  child('rewards').kill('SIGSTOP');
  try {
    await repeat(PEOPLE, async (n) => {
      const body = { refereeId: `referee-${n}`, code: codes[n % codes.length] };
      await eventually(async () => expect((await product.client.post('/v1/referrals', body)).status).toBeLessThan(300), 30_000);
    });
    await eventually(async () => expect(await count('select count(*) from relationships.outbox_unsent')).toBe(0), 60_000);
    expect(await count('select count(*) from rewards.referral')).toBeLessThan(PEOPLE);
    for (const name of watched) expect({ name, isBounded: memoryOf(name) - before.get(name)! < GROWTH_MB }).toEqual({ name, isBounded: true });
  } finally {
    child('rewards').kill('SIGCONT');
  }
  await eventually(async () => {
    expect(await count(`select count(*) from relationships.referral r where not exists (
      select from rewards.bonus b where b.referral_id = r.id and b.event = 'registered' and b.party = 'referee' and b.status <> 'pending')`)).toBe(0);
  }, 90_000);
  expect(await count("select count(*) from rewards.bonus where event = 'registered'")).toBe(2 * PEOPLE);
}, 240_000);

it('answers 503 with Retry-After within two seconds when a room does not answer, whoever asks and however many', async () => {
  const code = await product.client.codeOf('referrer-0');
  child('relationships').kill('SIGSTOP');
  try {
    const answers = await Promise.all(Array.from({ length: 150 }, (_, n) => product.client.post('/v1/referrals', { refereeId: `late-${n}`, code })));
    expect(answers.every(({ status, headers }) => status === 503 && Number(headers.get('retry-after')) >= 1)).toBe(true);
  } finally {
    child('relationships').kill('SIGCONT');
  }
  const again = () => product.client.post('/v1/referrals', { refereeId: 'late-0', code });
  await eventually(async () => expect([200, 201]).toContain((await again()).status), 20_000);
}, 90_000);
