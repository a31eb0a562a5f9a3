import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, type Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';

const MAIN = new URL('../dist/apps/cli/src/main.js', import.meta.url).pathname;
const NOW = '2026-04-15T12:00:00.000Z';

let product: Product;
let client: Client;
beforeAll(async () => {
  product = await startProduct({ twice: true });
  client = product.client;
  await client.setClock(NOW);
}, 60_000);
afterAll(() => product.stop(), 30_000);

const write = (name: string, lines: string[]): string => {
  const file = join(product.servers.folder, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
};
const start = (args: string[]) =>
  spawn(process.execPath, [MAIN, 'import', ...args, '--json'], { env: { REFERRALS_URL: client.url, REFERRALS_KEY: product.adminKey }, stdio: ['ignore', 'pipe', 'pipe'] });
async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = start(args);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })));
}
const counted = async (text: string): Promise<number> => Number((await product.owner.query<{ n: string }>(`select count(*) as n from ${text}`)).rows[0]!.n);
const until = <T>(ask: () => Promise<T>, wanted: unknown) => eventually(async () => expect(await ask()).toEqual(wanted), 60_000);

describe('history that is imported', () => {
  const HEADER = 'record,userId,code,type,referee_id,Referrer ID,appId,registeredAt,activatedAt,qualifiedAt,retainedAt,displayName';
  const FILE = [
    HEADER,
    'user,rosa,,,,,,,,,,Rosa Klein',
    'code,rosa,rosa-2020,auto,,,,,,,,',
    'code,rosa,Rosa’s own code!,,,,,,,,,',
    ',,ROSA2020,,anna,,chat,2024-03-01T10:00:00Z,2024-03-02T10:00:00Z,2024-03-05T10:00:00Z,2024-04-01T10:00:00Z,',
    ',,Rosa’s own code!,,bert,,chat,2024-03-01T11:00:00+01:00,,2024-03-06T10:00:00Z,,',
    ',,,,cleo,rosa,,2024-03-03T10:00:00Z,2024-03-04T10:00:00Z,,,',
    ',,,,dora,cleo,,2024-03-03T10:00:00Z,,,,',
    ',,,,rosa,dora,,2024-03-03T10:00:00Z,,,,',
    ',,,,anna,cleo,,2024-03-03T10:00:00Z,,,,',
    ',,,,emil,emil,,2024-03-03T10:00:00Z,,,,',
    ',,NOBODYS,,fred,,,2024-03-03T10:00:00Z,,,,',
    ',,,,gina,rosa,,yesterday,,,,',
    ',,,,hugo,rosa,,2024-03-03T10:00:00Z,2024-03-01T10:00:00Z,,,',
  ];

  it('is taken in, and refused by line where it makes a loop, a second referrer or no sense', async () => {
    const file = write('history.csv', FILE);
    const { code, out, err } = await run(file);
    expect([code, err, JSON.parse(out)]).toEqual([1, '', expect.objectContaining({ line: 14, users: 1, codes: 2, referrals: 4, unchanged: 0, refused: 6, report: `${file}.refused.csv` })]);
    expect(readFileSync(`${file}.refused.csv`, 'utf8').trim().split('\n')).toEqual([
      'line,reason', '9,"referral_loop"', '10,"already_referred"', '11,"self_referral"', '12,"not_found"', '13,"invalid_request: registeredAt"', '14,"invalid_order"',
    ]);
    expect((await client.get('/v1/users/anna/referral')).body).toMatchObject({
      referrerId: 'rosa', stage: 'retained', sourceAppId: 'chat', registeredAt: '2024-03-01T10:00:00.000Z', activatedAt: '2024-03-02T10:00:00.000Z',
      qualifiedAt: '2024-03-05T10:00:00.000Z', retainedAt: '2024-04-01T10:00:00.000Z', fraudScore: null,
    });
    expect((await client.get('/v1/users/bert/referral')).body).toMatchObject({ stage: 'qualified', activatedAt: '2024-03-06T10:00:00.000Z' });
  }, 30_000);

  it('changes nothing when it is sent again', async () => {
    const before = await counted('relationships.referral');
    const again = await run(write('history-again.csv', FILE), '--name', 'again');
    expect(JSON.parse(again.out)).toMatchObject({ referrals: 0, unchanged: 4, refused: 6 });
    expect(await counted('relationships.referral')).toBe(before);
  }, 30_000);

  it('lets old codes go on: the shown one, what is typed differently, and what never fitted', async () => {
    expect(await client.codeOf('rosa')).toBe('ROSA-2020');
    for (const code of ['rosa2020', 'R0SA-2O20', 'Rosa’s own code!']) {
      expect((await client.post('/v1/codes/validate', { code })).body).toMatchObject({ valid: true, referrerName: 'Rosa K.' });
    }
    await until(async () => (await client.get('/v1/users/rosa/codes')).body.data.reduce((sum: number, code: { usesCount: number }) => sum + code.usesCount, 0), 3);
  });

  it('counts for tier, level and statistics, each stage on its own day', async () => {
    await until(async () => (await client.get('/v1/users/rosa/tier')).body.qualifiedCount, 2);
    const { body } = await client.get('/v1/users/rosa/stats');
    expect(body).toMatchObject({ invited: 3, active: 3, paid: 2, level: { referralsToNext: 23 }, byStage: { registered: 3, activated: 3, qualified: 2, retained: 1 } });
    const { data } = (await client.get('/v1/stats/daily?from=2024-03-01&to=2024-03-06')).body;
    expect(data.map(({ registrations, activations, qualifications }: Record<string, number>) => [registrations, activations, qualifications])).toEqual([
      [2, 0, 0], [0, 1, 0], [2, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1],
    ]);
  });

  it('pays nothing, is not scored, sets no message off and counts for no limit', async () => {
    for (const table of ['rewards.bonus', 'rewards.transfer', 'fraud.assessment', 'notifications.notice']) expect([table, await counted(table)]).toEqual([table, 0]);
    await client.runJob('retention-check');
    for (let n = 0; n < 20; n += 1) expect((await client.post('/v1/referrals', { refereeId: `new-${n}`, code: 'ROSA-2020' })).status).toBe(201);
  });

  it('stays history: what its people do later moves their stages and pays neither bonus nor cashback nor days', async () => {
    const pay = (id: string, userId: string) => client.post('/v1/payments', { id, userId, kind: 'purchase', amount: 1_000, currency: 'EUR', status: 'settled' });
    await pay('cleo-1', 'cleo');
    await pay('anna-2', 'anna');
    await until(async () => (await client.get('/v1/users/cleo/referral')).body.stage, 'qualified');
    await until(async () => (await client.get('/v1/users/rosa/tier')).body.qualifiedCount, 3);
    expect(await counted(`rewards.bonus b join rewards.referral r on r.id = b.referral_id where r.referee_id in ('cleo', 'anna')`)).toBe(0);
    await pay('new-pays', 'new-0');
    await until(async () => (await client.balance('rosa', 'EUR')).available + (await client.balance('rosa', 'EUR')).held, 100);
  }, 30_000);

  it('agrees with the books and with a rebuild', async () => {
    await until(async () => (await client.runJob('reconcile')).changed, 0);
    expect(await client.runJob('daily-stats')).toMatchObject({ status: 'succeeded', changed: 0 });
    const before = (await client.get('/v1/users/rosa/stats')).body;
    expect(await client.runJob('statistics-rebuild')).toMatchObject({ status: 'succeeded' });
    expect((await client.get('/v1/users/rosa/stats')).body).toEqual(before);
  }, 60_000);

  it('erases like everything else', async () => {
    await client.call('DELETE', '/v1/users/anna');
    await eventually(async () => expect((await client.call('DELETE', '/v1/users/anna')).body.rooms.insights).not.toBe('waiting'), 20_000);
    expect(await counted(`relationships.outbox where position('"anna"' in body::text) > 0`)).toBe(0);
  }, 30_000);
});

describe('a long file', () => {
  const REFERRALS = 6_000;
  const lines = (): string[] => ['refereeId,referrerId,registeredAt,qualifiedAt', ...Array.from({ length: REFERRALS }, (_, n) =>
    `long-${n},${n < 50 ? `head-${n}` : `long-${n % 50}`},2023-01-01T00:00:00Z,${n % 3 ? '' : '2023-02-01T00:00:00Z'}`)];

  it('goes on after kill -9 where it was: nothing lost, nothing twice', async () => {
    const file = write('long.csv', lines());
    for (let kills = 0; kills < 3; kills += 1) {
      const before = await counted(`relationships.referral where referee_id like 'long-%'`);
      const child = start([file, '--name', 'long']);
      const ended = new Promise((resolve) => child.once('close', resolve));
      await eventually(async () => expect(await counted(`relationships.referral where referee_id like 'long-%'`)).toBeGreaterThan(before), 60_000);
      child.kill('SIGKILL');
      await ended;
    }
    const { code, out } = await run(file, '--name', 'long');
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ line: REFERRALS + 1, referrals: REFERRALS, unchanged: 0, refused: 0 })]);
    expect(await counted(`relationships.referral where referee_id like 'long-%'`)).toBe(REFERRALS);
    await until(() => counted(`rewards.referral where referee_id like 'long-%'`), REFERRALS);
    const { rows } = await product.owner.query(`select sum(qualified_count)::int as qualified, sum(paid_count)::int as paid from rewards.referrer where user_id ~ '^(long|head)-'`);
    expect(rows).toEqual([{ qualified: REFERRALS / 3, paid: REFERRALS / 3 }]);
    const uses = `select sum(uses_count)::int as shown from codes.code where user_id ~ '^(long|head)-'`;
    await until(async () => (await product.owner.query(uses)).rows, [{ shown: REFERRALS }]);
  }, 300_000);

  it('is no usage that can be understood without columns of ours', async () => {
    expect(await run(write('wrong.csv', ['who,whom', 'a,b']))).toMatchObject({ code: 2, out: '', err: expect.stringContaining("no column 'who'") });
    expect(await run(join(product.servers.folder, 'no-such-file.csv'))).toMatchObject({ code: 2 });
  }, 60_000);
});
