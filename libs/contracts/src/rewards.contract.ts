import { z } from 'zod';
import { contract } from './contract.js';
import { Amount, FactId, Id, Instant, pageOf, Paging, Unit, UserId, text } from './words.js';

const tag = 'Rewards';
export const BonusStatus = z.enum(['pending', 'paid', 'held', 'rejected', 'clawed_back']);
export const Party = z.enum(['referrer', 'referee']);

export const Bonus = z.object({
  id: Id,
  referralId: Id,
  userId: z.string(),
  party: Party,
  event: z.string().meta({ examples: ['registered', 'activated', 'qualified', 'retained', 'cross_app', 'cashback'] }),
  appId: z.string().nullable(),
  unit: Unit,
  base: Amount,
  multiplier: z.int().meta({ description: 'basis points: 15000 is 1.5' }),
  amount: Amount,
  tier: z.string().nullable(),
  level: z.int().nullable(),
  status: BonusStatus.meta({ description: 'pending: not yet assessed' }),
  holdReason: z.string().nullable(),
  holdUntil: Instant.nullable(),
  programmeVersion: z.int(),
  takenBack: Amount.meta({ description: 'what of the amount was taken back, because payments went back or a person rejected it' }),
  ledgerEntryIds: z.array(Id),
  createdAt: Instant,
  releasedAt: Instant.nullable(),
}).meta({ id: 'Bonus' });
export type Bonus = z.output<typeof Bonus>;

/** Every input of the calculation, so that anyone can repeat it. */
export const BonusWithCalculation = Bonus.extend({
  calculation: z.object({
    grantKey: z.string(),
    trigger: z.string(),
    paymentId: z.string().nullable(),
    payment: z.object({
      amount: Amount, currency: z.string(), occurredAt: Instant,
      returnedAmount: Amount.meta({ description: 'refunds and lost disputes; the cashback that stays is that of what stays' }),
      disputedAmount: Amount.meta({ description: 'what else would go back if the open disputes were lost' }),
    }).nullable(),
    paidRefereesAtBooking: z.int().nullable().meta({ description: 'of cashback: the referees who ever paid, this one included' }),
    formula: z.string().meta({ examples: ['round_half_up(5 × 15000 / 10000) = 8'] }),
    qualifiedCountAtBooking: z.int().nullable(),
    score: z.int().nullable(),
    decision: z.enum(['pay', 'hold', 'review', 'reject']).nullable(),
    triggeredAt: Instant.meta({ description: 'when what earned it happened: the assessment in force then decides' }),
    claimAt: Instant.nullable().meta({ description: "its place in the referrer's sliding day; null where no claim limit applies" }),
    held: Amount.meta({ description: 'what of the amount is in hold now' }),
    assessments: z.array(z.object({ score: z.int(), paymentId: z.string().nullable(), assessedAt: Instant })),
    decisions: z.array(z.object({ decision: z.enum(['approved', 'rejected', 'escalated', 'imported']), score: z.int(), decidedAt: Instant })),
  }),
}).meta({ id: 'BonusWithCalculation' });

export const PaymentReply = z.object({
  outcome: z.enum(['applied', 'duplicate', 'ignored']),
  paymentId: z.string(),
}).meta({ id: 'PaymentResult' });

export const RefundReply = z.object({
  outcome: z.enum(['applied', 'duplicate']),
  refundId: z.string(),
  paymentId: z.string(),
  appliedAmount: Amount.nullable().meta({ description: 'what it added to the amount returned; null while the payment is unknown' }),
  returnedAmount: Amount.nullable(),
}).meta({ id: 'RefundResult' });

export const DisputeReply = z.object({
  outcome: z.enum(['applied', 'duplicate']),
  disputeId: z.string(),
  paymentId: z.string(),
  status: z.enum(['opened', 'won', 'lost']).meta({ description: 'as it stands: the last state by its time wins, won and lost win over opened' }),
  returnedAmount: Amount.nullable().meta({ description: 'of the payment; null while it is unknown' }),
}).meta({ id: 'DisputeResult' });

const refund = {
  paymentId: FactId,
  id: FactId,
  amount: z.int().min(1).meta({ description: 'in minor units of the payment’s currency' }),
  occurredAt: Instant.optional(),
};

export const LedgerEntry = z.object({
  id: Id,
  unit: Unit,
  amount: Amount.meta({ description: 'signed: the change of the account; all of them add up to available + held − debt' }),
  reason: z.string(),
  reference: z.string().nullable(),
  account: z.enum(['available', 'held', 'debt']).meta({ description: 'which of the user\'s accounts changed; what moves between two has an entry for each' }),
  createdAt: Instant,
}).meta({ id: 'LedgerEntry' });

export const Tier = z.object({
  tier: z.string(),
  multiplier: z.int(),
  qualifiedCount: z.int(),
  nextTier: z.string().nullable(),
  nextTierAt: z.int().nullable(),
  progress: z.number().meta({ description: 'share of the way to the next tier, 0 to 1; 1 at the top' }),
}).meta({ id: 'Tier' });

export const rewards = {
  applyPayment: contract('rewards.applyPayment', 'a payment of a user', {
    group: 256,
    request: z.strictObject({
      id: FactId,
      userId: UserId,
      kind: z.enum(['topup', 'purchase', 'renewal']),
      amount: z.int().min(1).meta({ description: 'in minor units of the currency' }),
      currency: text(8).meta({ examples: ['EUR'] }),
      status: z.enum(['settled', 'failed']),
      periodDays: z.int().min(1).max(3_660).optional(),
      occurredAt: Instant.optional(),
    }),
    reply: PaymentReply,
    http: {
      method: 'POST', path: '/v1/payments', scope: 'service', tag: 'Payments',
      refusals: ['id_conflict', 'unknown_currency', 'occurred_in_future'],
    },
  }),
  applyRefund: contract('rewards.applyRefund', 'part of a payment, or all of it, went back', {
    group: 256,
    request: z.strictObject({ ...refund, cumulative: z.boolean().optional().meta({ description: 'the amount is all that has gone back so far' }) }),
    reply: RefundReply,
    http: {
      method: 'POST', path: '/v1/payments/{paymentId}/refunds', scope: 'service', tag: 'Payments', request: z.strictObject(refund),
      refusals: ['id_conflict', 'occurred_in_future'],
    },
  }),
  applyDispute: contract('rewards.applyDispute', 'a dispute of a payment was opened, won or lost', {
    group: 256,
    request: z.strictObject({
      paymentId: FactId,
      id: FactId,
      status: z.enum(['opened', 'won', 'lost']),
      amount: z.int().min(1).optional().meta({ description: 'the whole payment unless told' }),
      occurredAt: Instant.optional(),
    }),
    reply: DisputeReply,
    http: {
      method: 'POST', path: '/v1/payments/{paymentId}/disputes', scope: 'service', tag: 'Payments',
      refusals: ['id_conflict', 'occurred_in_future'],
    },
  }),
  redeem: contract('rewards.redeem', "spends a user's balance", {
    group: 256,
    request: z.strictObject({ userId: UserId, id: FactId, unit: Unit, amount: z.int().min(1), reason: text(200).optional() }),
    reply: z.object({
      id: z.string(), outcome: z.enum(['applied', 'duplicate']), userId: z.string(), unit: Unit, amount: Amount, reason: z.string().nullable(),
      createdAt: Instant,
    }).meta({ id: 'Redemption' }),
    http: {
      method: 'POST', path: '/v1/users/{userId}/redemptions', scope: 'service', status: 201, tag,
      refusals: ['insufficient_balance', 'not_redeemable', 'id_conflict'],
    },
  }),
  getBalances: contract('rewards.getBalances', "a user's balances, one per unit", {
    group: 64,
    request: z.strictObject({ userId: UserId }),
    reply: z.object({ balances: z.array(z.object({ unit: Unit, available: Amount, held: Amount, debt: Amount })) }),
    http: { method: 'GET', path: '/v1/users/{userId}/balances', scope: 'service', tag },
  }),
  listBonuses: contract('rewards.listBonuses', "a user's bonuses, newest first", {
    request: z.strictObject({ userId: UserId, status: BonusStatus.optional(), referralId: Id.optional(), ...Paging }),
    reply: pageOf(Bonus),
    http: { method: 'GET', path: '/v1/users/{userId}/bonuses', scope: 'service', tag },
  }),
  getBonus: contract('rewards.getBonus', 'one bonus with its whole calculation', {
    request: z.strictObject({ bonusId: Id }),
    reply: BonusWithCalculation,
    http: { method: 'GET', path: '/v1/bonuses/{bonusId}', scope: 'service', tag, refusals: ['not_found'] },
  }),
  listLedger: contract('rewards.listLedger', "a user's ledger entries, newest first", {
    request: z.strictObject({ userId: UserId, unit: Unit.optional(), ...Paging }),
    reply: pageOf(LedgerEntry),
    http: { method: 'GET', path: '/v1/users/{userId}/ledger', scope: 'service', tag },
  }),
  getTier: contract('rewards.getTier', "a referrer's tier and the way to the next", {
    group: 64,
    request: z.strictObject({ userId: UserId }),
    reply: Tier,
    http: { method: 'GET', path: '/v1/users/{userId}/tier', scope: 'service', tag },
  }),
  releaseHolds: contract('rewards.releaseHolds', 'releases holds whose time has come; one bounded step', {
    request: z.strictObject({ limit: z.int().min(1).max(10_000).default(5_000) }),
    reply: z.object({ processed: z.int(), changed: z.int(), more: z.boolean() }),
  }),
};
