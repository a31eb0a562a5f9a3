import { ONE, SIGNALS, STAGE_EVENTS } from '@referrals/domain';
import { z } from 'zod';

const count = z.int().min(0).max(1_000_000_000);
const atLeastOne = z.int().min(1).max(1_000_000_000);
const basisPoints = z.int().min(0).max(100 * ONE);
const weight = z.int().min(0).max(100);
const word = z.string().min(1).max(128);
const distinctWords = z.array(word).max(10_000).refine((words) => new Set(words).size === words.length, 'must not repeat');

const perParty = z.strictObject({ referrer: count, referee: count });
const record = <K extends string, V extends z.ZodType>(keys: readonly K[], value: V) =>
  z.strictObject(Object.fromEntries(keys.map((key) => [key, value])) as Record<K, V>);

const from = (steps: readonly { from: number }[]) => steps.every((step, i) => i === 0 || steps[i - 1]!.from < step.from);
const ascending = 'must ascend by `from`';
const startsAtZero = (steps: readonly { from: number }[]) => steps[0]?.from === 0;
const first = 'the first must begin at 0';

const codes = z.strictObject({
  autoLength: z.int().min(6).max(20),
  collisionRetries: z.int().min(0).max(100),
  /** Custom codes per user. */
  creationsPerHour: atLeastOne,
  attributionTokenDays: atLeastOne,
  metadataBytes: atLeastOne,
  reservedWords: distinctWords,
});

/** Validations per minute by client, failed look-ups per minute over all. */
const lookups = z
  .strictObject({ perAddress: atLeastOne, perIpv6Slash56: atLeastOne, perIpv6Slash48: atLeastOne, failedOverAll: atLeastOne })
  .refine((l) => l.perAddress <= l.perIpv6Slash56 && l.perIpv6Slash56 <= l.perIpv6Slash48, 'wider networks need wider limits');

/** Per sliding 24 h. */
const registration = z.strictObject({
  perReferrer: atLeastOne,
  perCode: atLeastOne,
  alarm: z.strictObject({ refused: atLeastOne, registered: atLeastOne }),
  requireNewReferee: z.boolean(),
});

const stages = z
  .strictObject({
    futureToleranceMinutes: count,
    activationDelayMinutes: count,
    instantQualificationHours: count,
    retentionAfterDays: atLeastOne,
    retentionActivityDays: atLeastOne,
    revocationDays: count,
    trackableApps: distinctWords,
  })
  .refine((s) => s.retentionActivityDays <= s.retentionAfterDays, 'the window of activity must begin after the registration');

const fraud = z.strictObject({
  weights: record(SIGNALS, weight),
  windows: z.strictObject({
    sameIpDays: atLeastOne,
    sameDeviceDays: atLeastOne,
    rapidRegistrationSeconds: atLeastOne,
    bulkRegistrations: z.strictObject({ count: atLeastOne, minutes: atLeastOne }),
    newAccountDays: atLeastOne,
    factsKeptDays: atLeastOne,
  }),
  thresholds: z
    .strictObject({ hold: weight, review: weight, reject: weight })
    .refine((t) => 0 < t.hold && t.hold <= t.review && t.review <= t.reject, 'must be in the order hold, review, reject, from 1 on'),
  holdHours: atLeastOne,
  /** Days after which a review that nobody decided raises an alert. */
  alertAfterDays: atLeastOne,
});

const batchRewards = z.strictObject({
  cooldownDays: count,
  requireKnownIp: z.boolean(),
  sharedIpDays: atLeastOne,
  groupSize: atLeastOne,
  slotsPerGroup: count,
  badges: z.array(z.strictObject({ badge: word, from: atLeastOne })).max(100).refine(from, ascending),
});

const tiers = z
  .array(z.strictObject({ tier: word, from: count, multiplier: basisPoints }))
  .min(1)
  .max(100)
  .refine(startsAtZero, first)
  .refine(from, ascending)
  .refine((all) => new Set(all.map(({ tier }) => tier)).size === all.length, 'must have different names');

/**
 * The programme: every number of the domain, in one place. Units stand last in the names; multipliers and rates are basis points,
 * bonuses are credits. A programme is given whole: what is missing or unknown is refused.
 */
export const Programme = z.strictObject({
  families: z.strictObject({ stageBonuses: z.boolean(), accessDays: z.boolean(), cashback: z.boolean(), batchRewards: z.boolean() }),
  codes,
  lookups,
  registration,
  stages,
  bonuses: record(STAGE_EVENTS, perParty),
  tiers,
  access: z.strictObject({ days: z.int().min(1).max(3650) }),
  cashback: z.strictObject({
    levels: z
      .array(z.strictObject({ from: count, rate: z.int().min(0).max(ONE) }))
      .min(1)
      .max(100)
      .refine(startsAtZero, first)
      .refine(from, ascending),
  }),
  batchRewards,
  fraud,
  /** Bonuses booked for one referrer in 24 h before the next one waits; cashback is exempt. */
  claims: z.strictObject({ perDay: atLeastOne }),
  /** Plans that do not count as paid. */
  freePlans: distinctWords,
  /** Of messages to referrers; the first is the one for users whose locale is unknown. */
  locales: z.array(z.enum(['en', 'de', 'ru'])).min(1),
});

export type Programme = z.infer<typeof Programme>;

