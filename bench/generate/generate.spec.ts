import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestDatabase } from '@referrals/testing';
import { recount } from '@rooms/insights';
import { recompute } from '@rooms/rewards';
import { reconcile } from '@rooms/scheduler';
import { fillTables } from './fill-tables.js';
import { generate } from './generate.js';
import { OPERATIONS } from './operations.js';

describe.each([{ holds: false }, { holds: true }])('generated referrals, with holds: $holds', ({ holds }) => {
  const referrals = 2_003;
  let test: TestDatabase;
  let shapes: unknown[];

  beforeAll(async () => {
    test = await TestDatabase.create();
    shapes = await test.rows(SHAPES);
    await generate(test.url, { referrals, holds });
  });
  afterAll(() => test.close());

  const one = async (sql: string): Promise<number> => Number((await test.rows<{ n: string }>(`select ${sql} as n`))[0]!.n);

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

  it('have what operators see beside them', async () => {
    for (const fillings of OPERATIONS) await fillTables(test.url, fillings);
    expect(await one("(select count(*) from fraud.review where status = 'pending')")).toBe(Math.floor(referrals / 10));
    expect(await one('(select count(*) from notifications.delivery)')).toBe(referrals);
  });

  it('leave every key, index, check and trigger as it was', async () => {
    expect(await test.rows(SHAPES)).toEqual(shapes);
  });

  it('refuse to be generated a second time', async () => {
    await expect(generate(test.url, { referrals: 10 })).rejects.toThrow('holds referrals already');
  });
});

/** What the database holds to, in its own words. */
const SHAPES = `select conrelid::regclass::text as of_table, conname::text as name, pg_get_constraintdef(oid) as is from pg_constraint where conrelid <> 0
  union all select indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid) || indisvalid from pg_index where indrelid >= 16384 and indrelid::regclass::text not like 'pg_toast%'
  union all select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) || tgenabled::text from pg_trigger where not tgisinternal order by 1, 2, 3`;
