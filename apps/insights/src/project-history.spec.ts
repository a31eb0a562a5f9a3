import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { keepPayments, projectFacts } from './project-facts.js';
import { projectHistory } from './project-history.js';
import { recount } from './recount.js';

let t: TestDatabase;
let db: Database;
beforeAll(async () => {
  t = await TestDatabase.create();
  db = await t.open('insights');
});
afterAll(() => t.close());

const at = (day: number): string => new Date(Date.UTC(2024, 0, 1 + day)).toISOString();
const history = Array.from({ length: 60 }, (_, n) => ({
  referralId: uuidv7(), referrerId: `referrer-${n % 7}`, refereeId: `referee-${n}`, codeId: uuidv7(), sourceAppId: n % 3 ? 'chat' : null, registeredAt: at(n),
  activatedAt: n % 2 ? at(n + 1) : null, qualifiedAt: n % 4 ? null : at(n + 2), retainedAt: n % 8 ? null : at(n + 40),
}));

/** Sums as they are kept, and as the facts add up to them. */
const kept = (table: string) => t.rows(`select * from insights.${table} order by 1, 2`);
const STANDING = 'select period, user_id, sum(qualified)::bigint as qualified, sum(credits)::bigint as credits from insights.standing_fact group by 1, 2 order by 1, 2';
const FUNNEL = 'select stage, sum(referrals)::bigint as referrals from insights.funnel_fact group by 1 order by 1';

it('adds history to the sums once, also of referrals of which a later event told before', async () => {
  const early = history.filter((_, n) => n % 5 === 0).map(({ referralId, referrerId, refereeId, sourceAppId, registeredAt }) => ({
    referral: { id: referralId, referrerId, refereeId, sourceAppId, registeredAt },
    stage: { referralId, stage: 'qualified' as const, trigger: `payment-${referralId}`, at: at(90), sequence: 2 },
  }));
  await db.transaction((tx) => projectFacts(tx, { referrals: early.map(({ referral }) => referral), stages: early.map(({ stage }) => stage), bonuses: [] }));
  await db.transaction((tx) => projectHistory(tx, history));
  expect(await recount(db, { from: '2024-01-01', days: 200 })).toMatchObject({ differences: [] });
  expect(await kept('standing')).toEqual(await t.rows(STANDING));
  expect(await kept('funnel')).toEqual(await t.rows(FUNNEL));
  const [sums] = await t.rows('select sum(registrations)::int as registered, sum(activations)::int as activated, sum(qualifications)::int as qualified, sum(retentions)::int as retained from insights.daily');
  expect(sums).toEqual({ registered: 60, activated: 30, qualified: 15 + 12, retained: 8 });
  expect(await t.rows('select count(*)::int as payments from insights.payment')).toEqual([{ payments: 15 }]);

  const before = [await kept('daily'), await kept('standing'), await kept('funnel')];
  await db.transaction((tx) => projectHistory(tx, history));
  expect([await kept('daily'), await kept('standing'), await kept('funnel')]).toEqual(before);
});

it('writes the course of each referral as its facts make it, with what was paid before the import was heard of', async () => {
  const late = [1, 2].map((n) => ({ ...history[0]!, referralId: uuidv7(), refereeId: `payer-${n}` }));
  const payment = { paymentId: 'told-before', userId: 'payer-1', kind: 'topup', amount: 999, currency: 'EUR', occurredAt: at(200) };
  await db.transaction((tx) => keepPayments(tx, [payment]));
  await db.transaction((tx) => projectHistory(tx, late));
  const courses = () => t.rows<{ referee_id: string; paid_at: Date; last_paid_at: Date; converted_at: Date }>('select * from insights.referral order by id');
  const written = await courses();
  const of = (refereeId: string) => written.find((row) => row.referee_id === refereeId)!;
  expect([of('payer-1'), of('payer-2')].map((row) => [row.paid_at, row.last_paid_at, row.converted_at].map((time) => time.toISOString()))).toEqual([[at(2), at(200), at(2)], [at(2), at(2), at(2)]]);
  await t.rows('select insights.keep_courses(array(select id from insights.referral))');
  expect(await courses()).toEqual(written);
});
