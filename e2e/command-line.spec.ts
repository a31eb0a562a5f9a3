import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { eventually } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
}, 60_000);
afterAll(() => product.stop(), 30_000);

const MAIN = new URL('../dist/apps/cli/src/main.js', import.meta.url).pathname;

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function start(args: string[], variables: Record<string, string> = {}) {
  const env = { REFERRALS_URL: product.client.url, REFERRALS_KEY: product.adminKey, NATS_URL: product.natsUrl, ...variables };
  return spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

function referrals(args: string[], variables: Record<string, string> = {}): Promise<Ended> {
  const child = start(args, variables);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })));
}

describe('the command line', () => {
  it('shows where a user stands, for people and for programs', async () => {
    const code = await product.client.codeOf('till');
    await product.client.post('/v1/referrals', { refereeId: 'nina', code });
    const shown = await referrals(['show-status', 'nina']);
    expect([shown.code, shown.err]).toEqual([0, '']);
    expect(shown.out).toMatch(/^referrer +till$/m);
    const json = await referrals(['--json', 'show-status', 'till']);
    expect(JSON.parse(json.out)).toMatchObject({ userId: 'till', code: { code }, tier: { tier: 'bronze' }, referral: null });
  });

  it('gives days of access once for an id, and takes them all back', async () => {
    const granted = await referrals(['grant-credit', 'olga', '30', '--reason', 'a good question', '--id', 'gift-1']);
    expect([granted.code, granted.out]).toEqual([0, expect.stringMatching(/^daysRemaining +30$/m)]);
    const again = await referrals(['grant-credit', 'olga', '30', '--reason', 'a good question', '--id', 'gift-1', '--json']);
    expect(JSON.parse(again.out)).toMatchObject({ userId: 'olga', source: 'credit', daysRemaining: 30 });
    expect((await referrals(['show-status', 'olga'])).out).toMatch(/^access +credit, until 20/m);
    const revoked = await referrals(['revoke-credit', 'olga', '--json']);
    expect([revoked.code, JSON.parse(revoked.out)]).toEqual([0, expect.objectContaining({ active: false, source: 'none' })]);
  });

  it('shows the statistics of all, of a user and by day', async () => {
    expect((await referrals(['stats'])).out).toMatch(/^registered +\d+ +100.0 %$/m);
    expect((await referrals(['stats', 'till'])).out).toMatch(/^invited +1$/m);
    const days = await referrals(['stats', '--daily', '--from', '2026-11-01', '--to', '2026-11-03', '--json']);
    expect((JSON.parse(days.out) as { date: string }[]).map(({ date }) => date)).toEqual(['2026-11-01', '2026-11-02', '2026-11-03']);
  });

  it('lists rings of users who share devices', async () => {
    for (const userId of ['ria', 'rob', 'ruth']) {
      await product.client.post('/v1/activity', { id: `r-${userId}`, userId, kind: 'login', context: { deviceId: 'one-for-three' } });
    }
    await eventually(async () => {
      expect((await referrals(['run-job', 'ring-detection'])).code).toBe(0);
      expect((await referrals(['rings', '--min-devices', '1'])).out).toMatch(/^\S+ +3 +1 +0 +0 +– +ria, rob, ruth$/m);
    }, 30_000);
    expect(JSON.parse((await referrals(['rings', '--user', 'ruth', '--json'])).out)).toMatchObject([{ size: 3, devices: 1 }]);
  });

  it('compares the books, and ends with 1 when they differ', async () => {
    expect(await referrals(['reconcile'])).toMatchObject({ code: 0, out: expect.stringMatching(/^status +succeeded$/m) });
    const code = await product.owner.query<{ id: string }>(`update codes.code set uses_count = uses_count + 1 where user_id = 'till' returning id`);
    const found = await referrals(['reconcile', '--json']);
    const { differences } = JSON.parse(found.out) as { differences: object[] };
    expect([found.code, differences]).toEqual([1, [expect.objectContaining({ check: 'uses_are_referrals', subject: code.rows[0]!.id, expected: '1', found: '2' })]]);
    await product.owner.query(`update codes.code set uses_count = uses_count - 1 where user_id = 'till'`);
  });

  it('lists the jobs, and runs one to its end', async () => {
    expect((await referrals(['jobs'])).out).toMatch(/^hold-release +60 s/m);
    const run = await referrals(['run-job', 'hold-release', '--json']);
    expect([run.code, JSON.parse(run.out)]).toEqual([0, expect.objectContaining({ job: 'hold-release', status: 'succeeded' })]);
  });

  it('makes a key that works', async () => {
    const made = await referrals(['--json', 'api-key', 'create', '--scope', 'service', '--label', 'shop']);
    const { key } = JSON.parse(made.out) as { key: string };
    expect((await fetch(`${product.client.url}/v1/users/till/tier`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
  });

  it('tells the facts of the stream, one a line', async () => {
    const { code, out } = await referrals(['events']);
    const types = out.trim().split('\n').map((line) => (JSON.parse(line) as { type: string }).type);
    expect([code, types]).toEqual([0, expect.arrayContaining(['referral.registered'])]);
  });

  it('follows the facts to come until it is interrupted', async () => {
    const following = start(['events', '--follow']);
    const line = new Promise<string>((resolve) => following.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    for (let n = 0; (await Promise.race([line, untilTold(n)])) === null; n += 1);
    const ended = new Promise((resolve) => following.once('close', resolve));
    following.kill('SIGINT');
    expect([JSON.parse((await line).split('\n')[0]!), await ended]).toEqual([expect.objectContaining({ type: 'trial.started' }), 0]);
  });

  /** One fact more; null once it may be heard. */
  const untilTold = async (n: number): Promise<null> => {
    await product.client.post('/v1/activity', { id: `trial-${n}`, userId: 'olga', kind: 'trial_started' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    return null;
  };

  it('ends with 1 when it is refused, and with 2 when it is not understood', async () => {
    const refused = [referrals(['run-job', 'no-such-job']), referrals(['jobs'], { REFERRALS_KEY: 'nobody’s' }), referrals(['jobs', '--url', 'http://127.0.0.1:1'])];
    expect(await Promise.all(refused)).toMatchObject([{ code: 1, out: '', err: 'not_found\n' }, { code: 1 }, { code: 1, err: 'nobody answers at this address\n' }]);
    const misread = [['no-such-command'], ['run-job'], ['jobs', '--nonsense'], ['api-key', 'create'], ['api-key', 'create', '--scope', 'god'], ['grant-credit', 'olga', 'many']];
    expect(await Promise.all(misread.map(async (args) => [args, (await referrals(args)).code]))).toEqual(misread.map((args) => [args, 2]));
    const help = await referrals(['--help']);
    expect([help.code, help.out]).toEqual([0, expect.stringContaining('show-status')]);
    expect((await referrals(['grant-credit', '--help'])).out).toContain('from 1 to 3650');
  });
});
