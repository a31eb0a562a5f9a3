import { Programme } from './programme.js';

const apps = ['chat', 'picture', 'presi', 'mail', 'manadeck', 'todo', 'calendar', 'contacts', 'finance', 'clock', 'zitare', 'storage', 'moodlit'];

// Words that speak for the operator; compared by lookup key, so `ADM1N` is refused with them.
const reservedWords = [
  'admin', 'administrator', 'root', 'system', 'support', 'help', 'helpdesk', 'service', 'official', 'staff', 'team', 'moderator', 'mod',
  'security', 'abuse', 'billing', 'payment', 'refund', 'legal', 'press', 'webmaster', 'postmaster', 'api', 'www', 'null', 'undefined',
];

/** The programme in force until an operator gives another. */
export const SHIPPED_PROGRAMME: Programme = Programme.parse({
  families: { stageBonuses: true, accessDays: true, cashback: true, batchRewards: true },
  codes: { autoLength: 8, collisionRetries: 8, creationsPerHour: 10, attributionTokenDays: 90, metadataBytes: 4096, reservedWords },
  lookups: { perAddress: 20, perIpv6Slash56: 60, perIpv6Slash48: 180, failedOverAll: 600 },
  registration: { perReferrer: 20, perCode: 50, alarm: { refused: 200, registered: 2500 }, requireNewReferee: false },
  stages: {
    futureToleranceMinutes: 5,
    activationDelayMinutes: 5,
    instantQualificationHours: 24,
    retentionAfterDays: 30,
    retentionActivityDays: 7,
    revocationDays: 7,
    trackableApps: apps,
  },
  bonuses: {
    registered: { referrer: 5, referee: 25 },
    activated: { referrer: 10, referee: 0 },
    qualified: { referrer: 25, referee: 0 },
    retained: { referrer: 15, referee: 0 },
    cross_app: { referrer: 5, referee: 0 },
  },
  tiers: [
    { tier: 'bronze', from: 0, multiplier: 10_000 },
    { tier: 'silver', from: 5, multiplier: 15_000 },
    { tier: 'gold', from: 15, multiplier: 20_000 },
    { tier: 'platinum', from: 30, multiplier: 30_000 },
  ],
  access: { days: 45 },
  cashback: { levels: [{ from: 0, rate: 1_000 }, { from: 25, rate: 2_500 }, { from: 50, rate: 4_500 }] },
  batchRewards: {
    cooldownDays: 7,
    requireKnownIp: true,
    sharedIpDays: 30,
    groupSize: 3,
    slotsPerGroup: 5,
    badges: [{ badge: 'verified_referrer', from: 3 }, { badge: 'elite_referrer', from: 10 }],
  },
  fraud: {
    weights: {
      same_ip: 30,
      same_device: 50,
      disposable_email: 20,
      similar_email: 25,
      rapid_registration: 15,
      bulk_registrations: 40,
      vpn_proxy: 20,
      new_account_referrer: 15,
      instant_qualification: 35,
      minimal_activity: 25,
    },
    windows: {
      sameIpDays: 30,
      sameDeviceDays: 90,
      rapidRegistrationSeconds: 30,
      bulkRegistrations: { count: 5, minutes: 60 },
      newAccountDays: 7,
      factsKeptDays: 90,
    },
    thresholds: { hold: 30, review: 60, reject: 90 },
    holdHours: 48,
    alertAfterDays: 365,
  },
  claims: { perDay: 100 },
  freePlans: ['free', 'scout'],
  locales: ['en', 'de', 'ru'],
});
