import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { BonusEntity } from './bonus.entity.js';
import { getBalances, getTier } from './get-balances.js';
import { getBonus, listBonuses } from './list-bonuses.js';
import { listLedger } from './list-ledger.js';
import { again, deliver, ToldReferral } from './told.fixture.js';

const NOW = '2026-03-10T12:00:00.000Z';
const ago = (hours: number): string => new Date(Date.parse(NOW) - hours * 3_600_000).toISOString();
let test: TestDatabase;
let db: Database;
let count = 0;

beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('rewards', [BonusEntity]);
});
afterAll(() => test.close());
beforeEach(() => test.setClock(new Date(NOW)));

const somebody = (): string => `user-${(count += 1)}`;
const credits = async (userId: string) => (await getBalances(db, { userId })).balances[0];
const bonusesOf = async (userId: string) => (await listBonuses(db, { userId, limit: 100 })).data;
/** All that one clean referral earns: registered two days ago, paid more than a day later. */
const story = (referral: ToldReferral) => [
  referral.registered(), referral.assessed(1, 0, null, NOW), referral.activated(ago(47.9)), referral.qualified(ago(20), `pay-${referral.id}`),
  referral.assessed(2, 0, `pay-${referral.id}`, NOW), referral.appActivated(ago(1), 'picture'),
];

describe('the bonuses of one referral', () => {
  it('are 5 and 25 for the registration, 10 for the activation, 25 for the qualification and 5 for another app', async () => {
    const [referrer, referee] = [somebody(), somebody()];
    const told = story(new ToldReferral(referrer, referee, ago(48)));
    const seen: unknown[] = [];
    for (const event of told) {
      await deliver(db, [event]);
      seen.push([await credits(referrer), await credits(referee)].map((line) => [line?.available, line?.held]));
    }
    expect(seen).toEqual([
      [[0, 5], [0, 25]], [[5, 0], [25, 0]], [[15, 0], [25, 0]], [[15, 25], [25, 0]], [[40, 0], [25, 0]], [[45, 0], [25, 0]],
    ]);
  });

  it('are listed alone when the referral is named, each party’s with the party', async () => {
    const [referrer, referee] = [somebody(), somebody()];
    const [one, other] = [new ToldReferral(referrer, referee, ago(48)), new ToldReferral(referrer, somebody(), ago(48))];
    await deliver(db, [...story(one), ...story(other)]);
    const listed = async (userId: string) => (await listBonuses(db, { userId, referralId: one.id, limit: 100 })).data;
    expect((await listed(referrer)).map(({ referralId, event }) => [referralId, event]).sort()).toEqual(
      ['activated', 'cross_app', 'qualified', 'registered'].map((event) => [one.id, event]));
    expect((await listed(referee)).map(({ event }) => event)).toEqual(['registered']);
    const { data, nextCursor } = await listBonuses(db, { userId: referrer, referralId: one.id, limit: 3 });
    expect((await listBonuses(db, { userId: referrer, referralId: one.id, limit: 3, cursor: nextCursor! })).data).toHaveLength(4 - data.length);
  });

  it('are paid once when every event is delivered twice, and again under a new id', async () => {
    const [referrer, referee] = [somebody(), somebody()];
    const told = story(new ToldReferral(referrer, referee, ago(48)));
    for (const event of told) await deliver(db, [event, event]);
    await deliver(db, told);
    await deliver(db, told.map(again));
    expect(await credits(referrer)).toMatchObject({ available: 45, held: 0 });
    expect(await bonusesOf(referrer)).toHaveLength(4);
  });

  it('are paid once when twenty consumers get the same events at the same time', async () => {
    const [referrer, referee] = [somebody(), somebody()];
    const told = story(new ToldReferral(referrer, referee, ago(48)));
    await Promise.all(Array.from({ length: 20 }, () => deliver(db, told.map(again))));
    expect(await credits(referrer)).toMatchObject({ available: 45, held: 0 });
    expect(await credits(referee)).toMatchObject({ available: 25, held: 0 });
  });

  it('are booked as paid in one transfer when the assessment is known already', async () => {
    const referral = new ToldReferral(somebody(), somebody(), ago(48));
    await deliver(db, [referral.assessed(1, 0, null, NOW)]);
    await deliver(db, [referral.registered()]);
    const [bonus] = await bonusesOf(referral.facts.refereeId);
    expect(bonus).toMatchObject({ status: 'paid', amount: 25, ledgerEntryIds: [expect.any(String)] });
    expect((await listLedger(db, { userId: referral.facts.refereeId, limit: 10 })).data).toMatchObject([{ amount: 25, reason: 'bonus', account: 'available' }]);
  });
});

describe('tiers', () => {
  it('multiply by 1.5 from the sixth qualified referral on: 8, 15 and 38', async () => {
    const referrer = somebody();
    for (let i = 0; i < 5; i += 1) {
      for (const event of story(new ToldReferral(referrer, somebody(), ago(48)))) await deliver(db, [event]);
    }
    const amounts = async () => (await bonusesOf(referrer)).slice(0, 4).map(({ event, amount, tier }) => [event, amount, tier]).reverse();
    expect(await amounts()).toEqual([['registered', 5, 'bronze'], ['activated', 10, 'bronze'], ['qualified', 25, 'bronze'], ['cross_app', 8, 'silver']]);
    for (const event of story(new ToldReferral(referrer, somebody(), ago(48)))) await deliver(db, [event]);
    expect(await amounts()).toEqual([['registered', 8, 'silver'], ['activated', 15, 'silver'], ['qualified', 38, 'silver'], ['cross_app', 8, 'silver']]);
    expect(await getTier(db, { userId: referrer })).toEqual({ tier: 'silver', multiplier: 15_000, qualifiedCount: 6, nextTier: 'gold', nextTierAt: 15, progress: 0.1 });
  });

  it('are judged in the order of the qualifications within one group, and the lifting one is paid at the old tier', async () => {
    const referrer = somebody();
    const qualified = Array.from({ length: 7 }, (_, i) => new ToldReferral(referrer, somebody(), ago(48)).qualified(ago(20 - i), `p${i}-${referrer}`));
    await deliver(db, qualified.toReversed());
    const amounts = (await bonusesOf(referrer)).map(({ amount }) => amount).sort((a, b) => a - b);
    expect(amounts).toEqual([25, 25, 25, 25, 25, 38, 38]);
    const changes = (await test.emitted('rewards', 'tier.changed')).filter((event) => event.aggregateId === referrer);
    expect(changes).toMatchObject([{ sequence: 1, data: { tier: 'silver', qualifiedCount: 5 } }]);
  });

  it('count each qualification once when seven consumers bring them at the same time', async () => {
    const referrer = somebody();
    const qualified = Array.from({ length: 7 }, (_, i) => new ToldReferral(referrer, somebody(), ago(48)).qualified(ago(20 - i), `c${i}-${referrer}`));
    await Promise.all(qualified.map((event) => deliver(db, [event])));
    expect((await bonusesOf(referrer)).map(({ amount }) => amount).sort((a, b) => a - b)).toEqual([25, 25, 25, 25, 25, 38, 38]);
    expect(await getTier(db, { userId: referrer })).toMatchObject({ qualifiedCount: 7 });
  });
});

describe('the claim limit', () => {
  it('lets the 101st bonus in 24 h wait until the window has room', async () => {
    const referrer = somebody();
    const all = Array.from({ length: 101 }, () => new ToldReferral(referrer, somebody(), ago(1)));
    await deliver(db, all.map((referral) => referral.registered()));
    await deliver(db, all.map((referral) => referral.assessed(1, 0, null, NOW)));
    expect(await credits(referrer)).toMatchObject({ available: 500, held: 5 });
    const waiting = (await listBonuses(db, { userId: referrer, status: 'held', limit: 10 })).data;
    expect(waiting).toMatchObject([{ holdReason: 'claim_limit', holdUntil: ago(-24) }]);
  });

  it('has room again after 24 h', async () => {
    const referrer = somebody();
    const all = Array.from({ length: 100 }, () => new ToldReferral(referrer, somebody(), ago(1)));
    await deliver(db, all.map((referral) => referral.registered()));
    await test.setClock(new Date(ago(-24)));
    const next = new ToldReferral(referrer, somebody(), ago(-24));
    await deliver(db, [next.assessed(1, 0, null, ago(-24)), next.registered()]);
    expect((await listBonuses(db, { userId: referrer, status: 'paid', limit: 10 })).data).toHaveLength(1);
  });
});

describe('reading', () => {
  it('knows nothing of a user never heard of, and says so without an error', async () => {
    expect(await getBalances(db, { userId: 'nobody' })).toEqual({ balances: [] });
    expect(await getTier(db, { userId: 'nobody' })).toEqual({ tier: 'bronze', multiplier: 10_000, qualifiedCount: 0, nextTier: 'silver', nextTierAt: 5, progress: 0 });
    expect(await listLedger(db, { userId: 'nobody', limit: 20 })).toEqual({ data: [], nextCursor: null });
    await expect(getBonus(db, { bonusId: '0190a000-0000-7000-8000-000000000000' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('pages through bonuses and ledger entries without a gap or a repetition, and entries add up to the balances', async () => {
    const [referrer, referee] = [somebody(), somebody()];
    for (const event of story(new ToldReferral(referrer, referee, ago(48)))) await deliver(db, [event]);
    const pending = new ToldReferral(referrer, somebody(), ago(2));
    await deliver(db, [pending.registered()]);
    const all = await listLedger(db, { userId: referrer, limit: 100 });
    const paged = [];
    let cursor: string | undefined;
    do {
      const page = await listLedger(db, { userId: referrer, limit: 1, ...(cursor && { cursor }) });
      paged.push(...page.data);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(paged).toEqual(all.data);
    expect(new Set(paged.map(({ id }) => id)).size).toBe(paged.length);
    expect(paged.reduce((sum, { amount }) => sum + amount, 0)).toBe(50);
    expect(paged.filter(({ account }) => account === 'held').reduce((sum, { amount }) => sum + amount, 0)).toBe(5);
    const first = await listBonuses(db, { userId: referrer, limit: 3 });
    const rest = await listBonuses(db, { userId: referrer, limit: 3, cursor: first.nextCursor! });
    expect([...first.data, ...rest.data].map(({ event }) => event)).toEqual(['registered', 'cross_app', 'qualified', 'activated', 'registered']);
    expect(rest.nextCursor).toBeNull();
  });

  it('explains a bonus so that anyone can repeat the calculation', async () => {
    const referral = new ToldReferral(somebody(), somebody(), ago(48));
    await deliver(db, [referral.registered(), referral.assessed(1, 12, null, NOW)]);
    const [bonus] = await bonusesOf(referral.facts.referrerId);
    expect(await getBonus(db, { bonusId: bonus!.id })).toMatchObject({
      status: 'paid', base: 5, multiplier: 10_000, programmeVersion: 1,
      calculation: {
        grantKey: `${referral.id}|stage|registered|referrer|`, trigger: 'registered', formula: 'round_half_up(5 × 10000 / 10000) = 5',
        qualifiedCountAtBooking: 0, score: 12, decision: 'pay',
      },
    });
  });
});
