import { z } from 'zod';
import { contract } from './contract.js';
import { FraudSignal } from './relationships.contract.js';
import { Bonus } from './rewards.contract.js';
import { Id, Instant, pageOf, Paging, text, UserId } from './words.js';

const step = z.object({ processed: z.int(), changed: z.int(), more: z.boolean() });

// ── Reviews ──

export const ReviewPriority = z.enum(['medium', 'high', 'critical']);
export const ReviewStatus = z.enum(['pending', 'approved', 'rejected', 'escalated', 'lapsed']);

export const Review = z.object({
  id: Id,
  referralId: Id,
  referrerId: z.string(),
  refereeId: z.string(),
  score: z.int(),
  signals: z.array(FraudSignal),
  priority: ReviewPriority,
  status: ReviewStatus,
  assignee: z.string().nullable(),
  notes: z.string().nullable(),
  createdAt: Instant,
  decidedAt: Instant.nullable(),
  decidedBy: z.string().nullable(),
}).meta({ id: 'Review' });
export type Review = z.output<typeof Review>;

const ReviewDetails = Review.extend({
  bonuses: z.array(Bonus).meta({ description: 'of the referral, both parties’; empty while the ledger does not answer' }),
  history: z.array(z.object({ kind: z.string(), actor: z.string(), at: Instant, details: z.json() })),
}).meta({ id: 'ReviewDetails' });
export type ReviewDetails = z.output<typeof ReviewDetails>;

const reviews = { scope: 'admin', tag: 'Reviews' } as const;
const decision = z.enum(['approve', 'reject', 'escalate']);
const notes = text(4_000);

// ── Patterns ──

const patternFields = {
  patternType: z.enum(['email_domain', 'ip_range', 'device_pattern']),
  patternValue: text(512).min(1).meta({ examples: ['192.0.2.0/24'] }),
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  scoreImpact: z.int().min(1).max(100),
};

export const FraudPattern = z.object({
  id: Id, ...patternFields, description: z.string().nullable(), isActive: z.boolean(), createdAt: Instant, updatedAt: Instant,
}).meta({ id: 'FraudPattern' });
export type FraudPattern = z.output<typeof FraudPattern>;

export const SharedNetwork = z.object({
  id: Id, network: z.string(), description: z.string().nullable(), createdAt: Instant,
}).meta({ id: 'SharedNetwork' });
export type SharedNetwork = z.output<typeof SharedNetwork>;

export const UserNote = z.object({ id: Id, actor: z.string(), body: z.string(), createdAt: Instant }).meta({ id: 'UserNote' });
export type UserNote = z.output<typeof UserNote>;

// ── Rings ──

export const Ring = z.object({
  id: Id,
  size: z.int().meta({ description: 'users tied by devices and addresses, at once or over others' }),
  users: z.array(z.string()).meta({ description: 'the first 100' }),
  devices: z.int(),
  addresses: z.int(),
  evidence: z.array(z.object({ kind: z.enum(['device', 'address']), users: z.int(), firstSeenAt: Instant, lastSeenAt: Instant }))
    .meta({ description: 'what they share: devices first, then addresses, the most shared 50' }),
  referrals: z.int().meta({ description: 'whose both parties are in the ring' }),
  highestScore: z.int().nullable().meta({ description: 'of those referrals' }),
  foundAt: Instant,
}).meta({ id: 'Ring' });
export type Ring = z.output<typeof Ring>;

const patterns = { scope: 'admin', tag: 'Fraud patterns' } as const;
const description = text(500).nullable().optional();

export const fraud = {
  /** Public halves only; the gateway keeps the newest one, so that it can seal while this room is down. */
  getSealingKey: contract('fraud.getSealingKey', 'the key to seal contexts with', {
    group: 64,
    request: z.strictObject({}),
    reply: z.object({ keyId: z.string(), publicKey: z.string() }),
  }),
  rotateSealingKeys: contract('fraud.rotateSealingKeys', 'makes the key of the day and destroys those of 14 days ago', {
    request: z.strictObject({}),
    reply: z.object({ processed: z.int(), changed: z.int() }),
  }),
  listReviews: contract('fraud.listReviews', 'the review queue, most urgent first, then oldest first', {
    request: z.strictObject({ status: ReviewStatus.optional(), priority: ReviewPriority.optional(), assignee: text(128).optional(), ...Paging }),
    reply: pageOf(Review),
    http: { method: 'GET', path: '/v1/reviews', ...reviews },
  }),
  getReview: contract('fraud.getReview', 'a review with its bonuses and its history', {
    request: z.strictObject({ id: Id }),
    reply: ReviewDetails,
    http: { method: 'GET', path: '/v1/reviews/{id}', refusals: ['not_found'], ...reviews },
  }),
  decideReview: contract('fraud.decideReview', 'approves, rejects or escalates a review', {
    request: z.strictObject({ id: Id, decision, notes: notes.optional() }),
    reply: Review,
    http: { method: 'POST', path: '/v1/reviews/{id}/decision', refusals: ['not_found', 'already_decided'], ...reviews },
  }),
  decideReviews: contract('fraud.decideReviews', 'decides up to 100 reviews alike; answered in order', {
    request: z.strictObject({ ids: z.array(Id).min(1).max(100), decision, notes: notes.optional() }),
    reply: z.object({ data: z.array(z.object({ id: Id, outcome: z.enum(['decided', 'already_decided', 'not_found']) })) }),
    http: { method: 'POST', path: '/v1/reviews/decisions', ...reviews },
  }),
  assignReview: contract('fraud.assignReview', 'gives a review to somebody, or back to all', {
    request: z.strictObject({ id: Id, assignee: text(128).min(1).nullable() }),
    reply: Review,
    http: { method: 'POST', path: '/v1/reviews/{id}/assign', refusals: ['not_found', 'already_decided'], ...reviews },
  }),
  noteReview: contract('fraud.noteReview', 'adds a note to a review', {
    request: z.strictObject({ id: Id, notes: notes.min(1) }),
    reply: Review,
    http: { method: 'POST', path: '/v1/reviews/{id}/notes', refusals: ['not_found'], ...reviews },
  }),
  listUserNotes: contract('fraud.listUserNotes', 'what operators noted about a user, newest first', {
    request: z.strictObject({ userId: UserId, ...Paging }),
    reply: pageOf(UserNote),
    http: { method: 'GET', path: '/v1/users/{userId}/notes', ...reviews },
  }),
  noteUser: contract('fraud.noteUser', 'notes something about a user', {
    request: z.strictObject({ userId: UserId, body: notes.min(1) }),
    reply: UserNote,
    http: { method: 'POST', path: '/v1/users/{userId}/notes', status: 201, ...reviews },
  }),
  lapseReviews: contract('fraud.lapseReviews', 'closes reviews whose bonuses were released by time; one bounded step', {
    request: z.strictObject({ limit: z.int().min(1).max(5_000).default(1_000) }),
    reply: step,
  }),
  alertReviews: contract('fraud.alertReviews', 'raises an alert, once, for each review that nobody decided for very long; one bounded step', {
    request: z.strictObject({ limit: z.int().min(1).max(5_000).default(500) }),
    reply: step,
  }),
  listPatterns: contract('fraud.listPatterns', 'patterns of operators, newest first', {
    request: z.strictObject({ ...Paging }),
    reply: pageOf(FraudPattern),
    http: { method: 'GET', path: '/v1/fraud-patterns', ...patterns },
  }),
  createPattern: contract('fraud.createPattern', 'adds a pattern; sign-ups that match it score higher from then on', {
    request: z.strictObject({ ...patternFields, description, isActive: z.boolean().default(true) }),
    reply: FraudPattern,
    http: { method: 'POST', path: '/v1/fraud-patterns', status: 201, ...patterns },
  }),
  updatePattern: contract('fraud.updatePattern', 'changes a pattern, or switches it on or off', {
    request: z.strictObject({ id: Id, ...z.object(patternFields).partial().shape, description, isActive: z.boolean().optional() }),
    reply: FraudPattern,
    http: { method: 'PATCH', path: '/v1/fraud-patterns/{id}', refusals: ['not_found'], ...patterns },
  }),
  deletePattern: contract('fraud.deletePattern', 'deletes a pattern', {
    request: z.strictObject({ id: Id }),
    reply: z.object({}),
    http: { method: 'DELETE', path: '/v1/fraud-patterns/{id}', status: 204, refusals: ['not_found'], ...patterns },
  }),
  dryRunPattern: contract('fraud.dryRunPattern', 'which recent sign-ups a pattern would match', {
    request: z.strictObject({ patternType: patternFields.patternType, patternValue: patternFields.patternValue }),
    reply: z.object({
      examined: z.int(),
      matched: z.int(),
      referralIds: z.array(Id).meta({ description: 'the newest 100' }),
    }),
    http: { method: 'POST', path: '/v1/fraud-patterns/dry-run', notIdempotent: true, ...patterns },
  }),
  listSharedNetworks: contract('fraud.listSharedNetworks', 'networks that many people share; an address in one is no signal', {
    request: z.strictObject({ ...Paging }),
    reply: pageOf(SharedNetwork),
    http: { method: 'GET', path: '/v1/shared-networks', ...patterns },
  }),
  createSharedNetwork: contract('fraud.createSharedNetwork', 'marks a network as shared', {
    request: z.strictObject({ network: text(64).min(1).meta({ examples: ['198.51.100.0/24'] }), description }),
    reply: SharedNetwork,
    http: { method: 'POST', path: '/v1/shared-networks', status: 201, ...patterns },
  }),
  deleteSharedNetwork: contract('fraud.deleteSharedNetwork', 'marks a network as shared no more', {
    request: z.strictObject({ id: Id }),
    reply: z.object({}),
    http: { method: 'DELETE', path: '/v1/shared-networks/{id}', status: 204, refusals: ['not_found'], ...patterns },
  }),
  findRings: contract('fraud.findRings', 'finds users tied by devices and addresses anew; one bounded step, the last of which writes the report', {
    request: z.strictObject({
      after: z.int().min(0).max(15).optional(),
      crowd: z.int().min(2).max(1_000).default(20).meta({ description: 'an address or device of more users than this ties nobody' }),
    }),
    reply: z.object({ processed: z.int(), changed: z.int(), next: z.int().nullable() }),
  }),
  listRings: contract('fraud.listRings', 'users tied by shared devices and addresses, the largest rings first, as of the last run of `ring-detection`', {
    request: z.strictObject({
      minSize: z.coerce.number().int().min(2).max(100_000).default(3),
      minDevices: z.coerce.number().int().min(0).max(100_000).default(0).meta({ description: 'devices that they share; 1 leaves out households that share an address alone' }),
      userId: UserId.optional().meta({ description: 'the ring of one user' }),
      ...Paging,
    }),
    reply: pageOf(Ring),
    http: { method: 'GET', path: '/v1/fraud/rings', scope: 'admin', tag: 'Rings' },
  }),
  rescore: contract('fraud.rescore', 'compares sign-ups with all patterns again and scores them; one bounded step', {
    request: z.strictObject({ limit: z.int().min(1).max(2_000).default(500), after: Id.optional() }),
    reply: z.object({ processed: z.int(), changed: z.int(), next: Id.nullable() }),
  }),
  purgeFacts: contract('fraud.purgeFacts', 'deletes facts that are too old, and boxes that nothing opens any more; one bounded step', {
    request: z.strictObject({ limit: z.int().min(1).max(20_000).default(5_000) }),
    reply: step,
  }),
};
