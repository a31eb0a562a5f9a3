import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import type { DailyStats } from '@referrals/contracts';
import { connectNats } from '@referrals/messaging';
import type { Client } from './harness/client.js';
import { startProduct, type Product } from './harness/product.js';
import { untilQuiet } from './harness/quiet.js';
import { dice, RandomDays } from './harness/random-days.js';

const NOON = Date.parse('2026-04-10T12:00:00.000Z');
const DAY = 86_400_000;
const DAYS = 5;
const PER_DAY = 60;
const at = (ms: number): string => new Date(ms).toISOString();
const FROM = at(NOON - 2 * DAY).slice(0, 10);
const TO = at(NOON + (DAYS + 1) * DAY).slice(0, 10);

let product: Product;
let client: Client;
let days: RandomDays;
beforeAll(async () => {
  product = await startProduct({ twice: true });
  client = product.client;
  days = new RandomDays(product, dice(20_260_410));
  await days.seeReferrers(new Date(NOON - DAY));
  for (let n = 0; n < DAYS; n += 1) await days.play(new Date(NOON + n * DAY), PER_DAY);
}, 180_000);
afterAll(() => product.stop(), 30_000);

type Counts = Omit<DailyStats, 'date' | 'appId'>;
const NONE: Counts = { registrations: 0, activations: 0, qualifications: 0, retentions: 0, creditsPaid: 0, creditsHeld: 0, fraudBlocked: 0 };

/**
 * From what the other rooms keep: referrals, qualifications and the ledger. What was held and what was refused as fraud was only ever told: the ledger
 * also holds what waits for its first assessment, so both are counted in the log of the room that said it.
 */
const RECOUNT = `with
  said as (select type, body -> 'data' as data, (body ->> 'occurredAt')::timestamptz as at from rewards.outbox),
  fact (referral_id, field, at, amount, app_id) as (
    select id, 'registrations', registered_at, 1, null from relationships.referral
    union all select id, 'activations', activated_at, 1, null from relationships.referral where activated_at is not null
    union all select r.id, 'qualifications', (q.value ->> 'qualifiedAt')::timestamptz, 1, null from rewards.referral r, json_array_elements(r.qualifications) q
    union all select r.id, 'retentions', (q.value ->> 'retainedAt')::timestamptz, 1, null from rewards.referral r, json_array_elements(r.qualifications) q
      where q.value ->> 'retainedAt' is not null
    union all select b.referral_id, 'creditsPaid', min(t.created_at), b.amount, b.app_id from rewards.bonus b join rewards.transfer t on t.bonus_id = b.id
      where b.unit = 'credits' and t.reason in ('bonus', 'release') group by b.id
    union all select b.referral_id, 'creditsHeld', min(s.at), b.amount, b.app_id from rewards.bonus b join said s on s.data ->> 'bonusId' = b.id::text
      where b.unit = 'credits' and s.type = 'bonus.held' group by b.id
    union all select (data ->> 'referralId')::uuid, 'fraudBlocked', min(at), 1, null from said
      where type = 'bonus.rejected' and data ->> 'reason' in ('score', 'review') group by 1)
  select to_char(f.at at time zone 'utc', 'YYYY-MM-DD') as date, coalesce(f.app_id, r.source_app_id) as "appId", f.field, sum(f.amount)::int as count
  from fact f join relationships.referral r on r.id = f.referral_id group by 1, 2, 3`;

interface Counted {
  date: string;
  appId: string | null;
  field: keyof Counts;
  count: number;
}

async function expectRecount(): Promise<void> {
  const { rows: counted } = await product.owner.query<Counted>(RECOUNT);
  for (const appId of ['chat', 'mail', 'notes', null]) {
    const { data } = (await client.get(`/v1/stats/daily?from=${FROM}&to=${TO}${appId ? `&appId=${appId}` : ''}`)).body as { data: DailyStats[] };
    const expected = data.map(({ date }): DailyStats => {
      const counts = { ...NONE };
      for (const row of counted) if (row.date === date && (appId === null || row.appId === appId)) counts[row.field] += row.count;
      return { date, appId, ...counts };
    });
    expect(data).toEqual(expected);
  }
}

describe('the statistics of some hundred random events on several days in several apps, each delivered twice', () => {
  it('know of everything that counts', async () => {
    expect(days.told).toBeGreaterThan(300);
    const { totals } = (await client.get('/v1/stats/overview')).body as { totals: Counts };
    for (const field of ['registrations', 'activations', 'qualifications', 'creditsPaid', 'creditsHeld', 'fraudBlocked'] as const) expect([field, totals[field] > 2]).toEqual([field, true]);
    const { rows } = await product.owner.query<{ apps: number; days: number }>('select count(distinct app_id)::int as apps, count(distinct day)::int as days from insights.daily');
    expect(rows[0]!.apps).toBe(4);
    expect(rows[0]!.days).toBeGreaterThanOrEqual(DAYS);
  });

  it('are a recount of the other rooms’ tables, for every day and app', expectRecount);

  it('are the same after a rebuild', async () => {
    expect(await client.runJob('statistics-rebuild')).toMatchObject({ status: 'succeeded' });
    await untilQuiet(product.owner);
    await expectRecount();
    expect(await client.runJob('daily-stats')).toMatchObject({ status: 'succeeded', changed: 0 });
  }, 60_000);

  it('are the same when they were lost with the stream, and the outboxes publish it anew', async () => {
    await product.owner.query(`truncate insights.referral, insights.stage, insights.bonus, insights.payment, insights.person, insights.daily, insights.standing, insights.funnel, insights.inbox`);
    await product.owner.query(`delete from scheduler.redrive_watermark where consumer = 'insights'`);
    const nats = await connectNats(product.natsUrl, 'story');
    await (await jetstreamManager(nats)).streams.delete('REFERRALS');
    await nats.close();
    await untilQuiet(product.owner, 60_000);
    await expectRecount();
    expect(await client.runJob('daily-stats')).toMatchObject({ status: 'succeeded', changed: 0 });
  }, 90_000);
});
