import { batchReward, cashbackLevel, isReserved, scoreOf, stageBonuses, tierOf } from '@referrals/domain';
import { Programme } from './programme.js';
import { SHIPPED_PROGRAMME as shipped } from './shipped-programme.js';

describe('the shipped programme', () => {
  it('is valid, and stays so over JSON', () => expect(Programme.parse(JSON.parse(JSON.stringify(shipped)))).toEqual(shipped));

  it('serves the functions of the domain as it is', () => {
    expect(tierOf(5, shipped.tiers)).toMatchObject({ tier: 'silver', multiplier: 15_000 });
    expect(stageBonuses('qualified', { tierMultiplier: 15_000, bonuses: shipped.bonuses })).toMatchObject([{ amount: 38 }]);
    expect(cashbackLevel(50, shipped.cashback.levels).rate).toBe(4_500);
    expect(scoreOf(['same_ip', 'same_device'], shipped.fraud.weights)).toBe(80);
    expect(batchReward([], shipped.batchRewards, shipped.freePlans, new Date(0)).slots).toBe(0);
  });

  it.each(['ADMIN', 'SUPPORT', 'HELP', 'OFFICIAL', 'STAFF', 'ADM1N'])('reserves %s', (code) => {
    expect(isReserved(code, shipped.codes.reservedWords)).toBe(true);
  });
});

describe('a programme', () => {
  type Change = (programme: Programme) => void;
  const changed = (change: Change) => {
    const programme = structuredClone(shipped);
    change(programme);
    return Programme.safeParse(programme);
  };

  it.each<[string, Change]>([
    ['a negative bonus', (p) => (p.bonuses.registered.referrer = -1)],
    ['a fraction', (p) => (p.tiers[1]!.multiplier = 1.5)],
    ['an unknown field', (p) => Object.assign(p.cashback, { bonus: 1 })],
    ['a missing part', (p) => Reflect.deleteProperty(p, 'fraud')],
    ['a missing weight', (p) => Reflect.deleteProperty(p.fraud.weights, 'same_ip')],
    ['a first tier above 0', (p) => (p.tiers[0]!.from = 1)],
    ['tiers that do not ascend', (p) => (p.tiers[2]!.from = 5)],
    ['two tiers of one name', (p) => (p.tiers[2]!.tier = 'silver')],
    ['no tier', (p) => (p.tiers = [])],
    ['a first cashback level above 0', (p) => p.cashback.levels.shift()],
    ['cashback levels that do not ascend', (p) => p.cashback.levels.reverse()],
    ['more cashback than was paid', (p) => (p.cashback.levels[0]!.rate = 10_001)],
    ['thresholds out of order', (p) => (p.fraud.thresholds.review = 20)],
    ['a threshold of 0, which would hold everything', (p) => (p.fraud.thresholds.hold = 0)],
    ['badges that do not ascend', (p) => p.batchRewards.badges.reverse()],
    ['a group of none', (p) => (p.batchRewards.groupSize = 0)],
    ['a window of activity longer than the age', (p) => (p.stages.retentionActivityDays = 31)],
    ['narrower limits for wider networks', (p) => (p.lookups.perIpv6Slash48 = 50)],
    ['a locale that nobody wrote', (p) => p.locales.push('fr' as never)],
    ['a repeated reserved word', (p) => p.codes.reservedWords.push('admin')],
  ])('is refused with %s', (_, change) => expect(changed(change).success).toBe(false));

  it('may differ in every number', () => {
    const result = changed((p) => {
      p.tiers = [{ tier: 'only', from: 0, multiplier: 12_345 }];
      p.bonuses.cross_app.referee = 7;
      p.families.cashback = false;
    });
    expect(result.data?.tiers).toEqual([{ tier: 'only', from: 0, multiplier: 12_345 }]);
  });
});
