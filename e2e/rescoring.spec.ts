import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';
import { Suspects } from './harness/suspects.js';

const NOW = new Date('2026-04-01T09:00:00.000Z');
const after = (hours: number, seconds = 0) => new Date(NOW.getTime() + hours * 3_600_000 + seconds * 1_000);

let product: Product;
let client: Client;
let pair: Suspects;
let count = 0;
beforeAll(async () => {
  product = await startProduct({ twice: true });
  client = product.client;
}, 60_000);
afterAll(() => product.stop(), 30_000);
beforeEach(async () => {
  await client.setClock(NOW);
  pair = new Suspects(client, `pair-${(count += 1)}`);
});

describe('a score that changes', () => {
  const pattern = (scoreImpact: number) => client.post('/v1/fraud-patterns', { patternType: 'ip_range', patternValue: '192.0.2.0/24', severity: 'high', scoreImpact });
  let made: string[] = [];
  afterEach(async () => {
    for (const id of made) await client.call('DELETE', `/v1/fraud-patterns/${id}`);
    made = [];
  });

  it('moves what is held up to wait for a person, and falling again it releases nothing', async () => {
    const ip = '192.0.2.10';
    await pair.seen({ ip }, after(-1));
    await pair.signUp({ ip });
    await pair.scored(30);
    await pair.owns(pair.referrer, { credits: [0, 5, 0] });
    made = [(await pattern(35)).body.id];
    await pair.scored(65);
    await client.setClock(after(48, 1));
    await client.runJob('hold-release');
    await pair.owns(pair.referrer, { credits: [0, 5, 0] });
    await client.call('DELETE', `/v1/fraud-patterns/${made.pop()}`);
    await pair.scored(30);
    expect(await pair.review()).toMatchObject({ score: 30, priority: 'high', status: 'pending' });
    await client.setClock(after(24 * 10));
    for (const job of ['hold-release', 'review-lapse']) await client.runJob(job);
    await pair.owns(pair.referrer, { credits: [0, 5, 0] });
    await pair.decide((await pair.review()).id, 'approve');
    await pair.owns(pair.referrer, { credits: [5, 0, 0] });
  });

  it('beyond an approved one holds what comes later, in a review of its own', async () => {
    const ip = '192.0.2.11';
    await pair.seen({ ip }, after(-1));
    await pair.signUp({ ip });
    await pair.scored(30);
    const first = await pair.review();
    await pair.decide(first.id, 'approve');
    await pair.owns(pair.referrer, { credits: [5, 0, 0] });
    made = [(await pattern(35)).body.id];
    await pair.scored(65);
    await client.setClock(after(1));
    await pair.use();
    await pair.owns(pair.referrer, { credits: [5, 10, 0] });
    const second = await pair.review();
    expect(second).toMatchObject({ score: 65, priority: 'high' });
    expect(second.id).not.toBe(first.id);
    await pair.decide(second.id, 'approve');
    await pair.owns(pair.referrer, { credits: [15, 0, 0] });
  });
});
