import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { TestDatabase } from '@referrals/testing';
import { recount } from '@rooms/insights';
import { recompute } from '@rooms/rewards';
import { reconcile } from '@rooms/scheduler';
import { generate } from './generate.js';

describe.each([{ holds: false }, { holds: true }])('generated referrals, with holds: $holds', ({ holds }) => {
  const referrals = 2_003;
  let test: TestDatabase;
  let owner: pg.Client;

  beforeAll(async () => {
    test = await TestDatabase.create();
    owner = new pg.Client({ connectionString: test.url });
    await owner.connect();
    await generate(owner, { referrals, holds });
  });
  afterAll(async () => {
    await owner.end();
    await test.close();
  });

  const one = async (sql: string): Promise<number> => Number((await owner.query<{ n: string }>(`select ${sql} as n`)).rows[0]!.n);

  it('are there in every room, with what they earned', async () => {
    expect(await one('(select count(*) from relationships.referral)')).toBe(referrals);
    expect(await one('(select count(*) from fraud.assessment)')).toBe(referrals);
    expect(await one("(select count(*) from rewards.bonus where event = 'registered')")).toBe(2 * referrals);
    expect(await one("(select count(*) from rewards.bonus where status = 'held')")).toBe(holds ? referrals : 0);
    expect(await one('(select sum(registrations) from insights.daily)')).toBe(referrals);
    expect(await one('(select sum(uses) from relationships.code_use)')).toBe(referrals);
  });

  it('leave nothing that reconciliation would find', async () => {
    const reader = await test.open('reconciler');
    const differences: unknown[] = [];
    let looked = 0;
    for (let cursor: string | null = null, more = true; more;) {
      const step: Awaited<ReturnType<typeof reconcile>> = await reconcile(reader, { limit: 1_000, ...(cursor && { cursor }) }, async () => undefined);
      differences.push(...step.differences);
      looked += step.processed;
      ({ more, cursor = null } = step);
    }
    expect(differences).toEqual([]);
    expect(looked).toBeGreaterThan(5 * referrals);
  });

  it('have statistics that equal a recount, and bonuses that can be computed again', async () => {
    const insights = await test.open('insights');
    const { differences } = await recount(insights, { days: 500 });
    expect(differences).toEqual([]);
    const found: unknown[] = [];
    expect(await recompute(await test.open('rewards'), (difference) => found.push(difference))).toBeGreaterThan(3 * referrals);
    expect(found).toEqual([]);
  });

  it('refuse to be generated a second time', async () => {
    await expect(generate(owner, { referrals: 10 })).rejects.toThrow('holds referrals already');
  });
});
