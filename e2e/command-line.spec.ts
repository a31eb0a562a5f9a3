import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
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

function referrals(args: string[], variables: Record<string, string> = {}): Promise<Ended> {
  const env = { REFERRALS_URL: product.client.url, REFERRALS_KEY: product.adminKey, NATS_URL: product.natsUrl, ...variables };
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
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

  it('ends with 1 when it is refused, and with 2 when it is not understood', async () => {
    expect(await referrals(['run-job', 'no-such-job'])).toMatchObject({ code: 1, out: '', err: 'not_found\n' });
    expect(await referrals(['jobs'], { REFERRALS_KEY: 'nobody’s' })).toMatchObject({ code: 1 });
    expect(await referrals(['jobs', '--url', 'http://127.0.0.1:1'])).toMatchObject({ code: 1, err: 'nobody answers at this address\n' });
    for (const args of [['no-such-command'], ['run-job'], ['jobs', '--nonsense'], ['api-key', 'create']]) expect((await referrals(args)).code).toBe(2);
    const help = await referrals(['--help']);
    expect([help.code, help.out]).toEqual([0, expect.stringContaining('show-status')]);
  });
});
